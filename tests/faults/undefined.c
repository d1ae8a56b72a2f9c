/* A planted fault, to prove that undefined behaviour of the host is watched: a signed overflow. */
#include "tarray.h"

#include <limits.h>
#include <stdio.h>

int main(void) {
    volatile int most = INT_MAX;
    most += ta_abi_version() + 1;
    printf("%d\n", most);
    return 0;
}
