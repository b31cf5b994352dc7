#!/usr/bin/env python3
"""The table of HACKING.md: what a run costs from 10^4 to 10^6 samples of 40 metrics.

    scale.py BUILD FOLDER [SAMPLES...]

Makes the databases with BUILD/tests/bench_store below FOLDER (5 GB for 10^6), runs every command on
one thread and prints one line of a Markdown table per size: wall time, of which CPU, and peak memory of
the process. REPEAT in the environment: the quickest of so many goes of what only reads.
"""
import os
import re
import shutil
import subprocess
import sys
import time

ALL = [10_000, 100_000, 1_000_000]
METRICS = 40
REPEAT = int(os.environ.get("REPEAT", "1"))


def run(*argv, ok=(0,), repeat=1):
    """(wall seconds, CPU seconds, peak megabytes, output); the quickest of `repeat`."""
    best = None
    for _ in range(repeat):
        start = time.time()
        with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
            out = child.stdout.read().decode()
            why = child.stderr.read().decode()
            _, status, usage = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode not in ok:
            sys.exit(f"{' '.join(argv)}: exit {child.returncode}\n{why}")
        cpu = usage.ru_utime + usage.ru_stime
        result = (time.time() - start, cpu, usage.ru_maxrss / 1e3, out)
        best = min(best or result, result)
    return best


def cost(result):
    wall, cpu, memory, _ = result
    return f"{wall:.1f} s ({cpu:.1f}), {memory:.0f} MB"


def make(build, folder, n, *shard):
    made = run(f"{build}/tests/bench_store", folder, str(n), str(METRICS), *shard)
    words = re.search(r"(\d+) scores: ([\d.]+) s, (\d+) bytes on disk, (\d+) kB", made[3])
    scores, seconds, size, resident = (float(x) for x in words.groups())
    return scores / seconds, size, resident / 1e3


def resumed(attune, folder):
    """Seconds to the first new sample, the whole command, and its peak memory."""
    start = time.time()
    result = run(*attune, "run", f"{folder}/suite.yaml", "--db", f"{folder}/attune.db")
    with open(f"{folder}/started", encoding="ascii") as f:
        first = float(f.readline())
    return first - start, result


def line(build, folder, n):
    shutil.rmtree(folder, ignore_errors=True)
    attune = (f"{build}/attune",)
    common = ("--db", f"{folder}/attune.db", "--jobs", "1")
    rate, size, resident = make(build, folder, n)
    board = ("leaderboard", "--format", "csv", *common)
    cells = [f"{n:,}", f"{rate:,.0f}/s", f"{size / 1e6:.0f} MB", f"{resident:.0f} MB"]
    cells.append(cost(run(*attune, *board, repeat=REPEAT)))
    first, whole = resumed(attune, folder)
    cells += [f"{first:.1f} s", cost(whole)]
    cells.append(cost(run(*attune, *board, repeat=REPEAT)))
    cells.append(cost(run(*attune, "leaderboard", *common, repeat=REPEAT)))
    cells.append(cost(run(*attune, "compare", "model-1", "model-2", *common, repeat=REPEAT)))
    cells.append(cost(run(*attune, "db", "check", *common[:2], repeat=REPEAT)))
    for shard in ("1/2", "2/2"):
        make(build, folder, n, shard)
    cells.append(cost(run(*attune, "merge", f"{folder}/whole.db", f"{folder}/shard-1.db",
                          f"{folder}/shard-2.db")))
    shutil.rmtree(folder)
    return cells


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    build, folder = sys.argv[1:3]
    titles = ["samples", "scores stored", "database", "memory storing", "unfinished leaderboard",
              "resumed: first new sample", "resumed: all", "finished leaderboard",
              "the same as a table", "compare", "db check", "merge of 2"]
    print("| " + " | ".join(titles) + " |\n|" + "---|" * len(titles), flush=True)
    for n in [int(a) for a in sys.argv[3:]] or ALL:
        print("| " + " | ".join(line(build, f"{folder}/scale-{n}", n)) + " |", flush=True)


if __name__ == "__main__":
    main()
