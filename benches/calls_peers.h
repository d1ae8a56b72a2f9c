/* Who takes turns with the rows of calls.c. */
#ifndef CALLS_PEERS_H
#define CALLS_PEERS_H

/* Does what the row does: another library, or the least that anybody would have to do. */
struct peer {
    const char *row, *name;
    void (*call)(void);
};

extern const struct peer peers[];
extern const int peers_count;

struct DLManagedTensorVersioned;

/* To be called first, with the tensor that the rows take: its deleter does nothing. */
void prepare_peers(struct DLManagedTensorVersioned *tensor);

#endif
