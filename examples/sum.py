# ./penstock run examples/sum.py --stdin examples/numbers.txt
import sys

print(sum(int(line) for line in sys.stdin))
