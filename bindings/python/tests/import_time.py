"""Measures what `import tarray` costs over a bare interpreter: the median of many runs. Run by hand or by xtask."""

import statistics
import subprocess
import sys
import time

TIMES = 30


def seconds(code):
    begin = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)
    return time.perf_counter() - begin


def main():
    pairs = [(seconds("pass"), seconds("import tarray")) for _ in range(TIMES + 1)][1:]
    bare, imported = (1000 * statistics.median(column) for column in zip(*pairs))
    print(f"import tarray: {imported - bare:.1f} ms over the {bare:.1f} ms of a bare interpreter (promised: at most 15)")


if __name__ == "__main__":
    main()
