#!/usr/bin/env python3
"""Writes the small Parquet files of this folder, and their rows as JSON lines, which the tests compare.

Usage: generate_parquet.py [FOLDER]     (needs: pip install pyarrow)

Rows are what lorapipe gives: times in ISO 8601, decimals as text with all their digits, no infinity and no NaN.
"""
import datetime
import decimal
import json
import os
import random
import sys
import uuid

import numpy
import pyarrow as pa
import pyarrow.parquet as pq

folder = sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.abspath(__file__))
random.seed(11)
WORDS = ["你好", "grace", "", "a longer text that repeats", "a longer text that repeats itself", "naïve", "😀", "line\nline"]


def iso(value):
    """With 0, 3 or 6 places of a second: the fewest that hold it."""
    places = "seconds" if value.microsecond == 0 else "milliseconds" if value.microsecond % 1000 == 0 else "microseconds"
    return value.isoformat(timespec=places)


def shortest(value):
    """A single-precision number by the fewest digits that name it, as JSON's readers expect 0.1 and not 0.10000000149."""
    return None if value is None or value != value else float(str(numpy.float32(value)))


def plain(value):
    if isinstance(value, dict):
        return {key: plain(member) for key, member in value.items()}
    if isinstance(value, list) and value and isinstance(value[0], tuple):
        return {str(key): plain(member) for key, member in value}
    if isinstance(value, list):
        return [plain(member) for member in value]
    if isinstance(value, datetime.datetime):
        return iso(value.replace(tzinfo=None))
    if isinstance(value, datetime.time):
        return iso(value)
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, decimal.Decimal):
        return format(value, "f")
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return None
    if isinstance(value, int) and not isinstance(value, bool) and value > 2**63 - 1:
        return str(value)
    return value


def write(name, table, expected=None, rows_file=None, **options):
    """NAME.parquet, and its rows in ROWS_FILE.jsonl: files with equal rows share one."""
    path = os.path.join(folder, name + ".parquet")
    pq.write_table(table, path, **options)
    rows = expected if expected is not None else table.to_pylist()
    with open(os.path.join(folder, (rows_file or name) + ".jsonl"), "w", encoding="utf-8") as file:
        for row in rows:
            file.write(json.dumps(plain(row), ensure_ascii=False) + "\n")


def maybe(value, share=0.2):
    return None if random.random() < share else value


def messages(count):
    rows = []
    for index in range(count):
        turns = maybe(
            [
                {"role": random.choice(["user", "assistant"]), "content": maybe(random.choice(WORDS)),
                 "tags": maybe([maybe(random.choice(WORDS)) for _ in range(random.randint(0, 3))])}
                for _ in range(random.randint(0, 4))
            ])
        rows.append({"id": index, "messages": turns, "scores": maybe({"good": index * 0.5, "rank": maybe(index)})})
    return rows


MESSAGES = pa.schema([
    ("id", pa.int64()),
    ("messages", pa.list_(pa.struct([("role", pa.string()), ("content", pa.string()), ("tags", pa.list_(pa.string()))]))),
    ("scores", pa.struct([("good", pa.float64()), ("rank", pa.int32())])),
])
nested = pa.Table.from_pylist(messages(60), MESSAGES)

for codec in ["none", "snappy", "gzip", "brotli", "zstd", "lz4"]:
    write("messages." + codec, nested, rows_file="messages", compression=codec, data_page_version="1.0")
    write("messages." + codec + "-v2", nested, rows_file="messages", compression=codec, data_page_version="2.0")
write("messages.pages", nested, rows_file="messages", compression="snappy", data_page_size=64, write_batch_size=4, row_group_size=23)

flat = pa.table({
    "yes": pa.array([maybe(bool(i % 3)) for i in range(50)]),
    "small": pa.array([maybe(i - 20) for i in range(50)], pa.int8()),
    "unsigned": pa.array([maybe(2**64 - 1 - i) for i in range(50)], pa.uint64()),
    "big": pa.array([maybe(random.randint(-2**62, 2**62)) for _ in range(50)], pa.int64()),
    "int": pa.array([maybe(random.randint(-2**31, 2**31 - 1)) for _ in range(50)], pa.int32()),
    "single": pa.array([maybe(random.choice([0.5, -1.25, 3e10, float("nan")])) for _ in range(50)], pa.float32()),
    "double": pa.array([maybe(random.random() * 10 ** random.randint(-9, 9)) for _ in range(50)], pa.float64()),
    "text": pa.array([maybe(random.choice(WORDS)) for _ in range(50)]),
    "day": pa.array([maybe(datetime.date(1900 + i * 3, 1 + i % 12, 1 + i % 28)) for i in range(50)]),
    "milli": pa.array([maybe(datetime.datetime(1960 + i, 2, 28, 23, 59, i, 123000)) for i in range(50)], pa.timestamp("ms")),
    "micro": pa.array([maybe(datetime.datetime(2024, 1, 1, 0, 0, i, i)) for i in range(50)], pa.timestamp("us", tz="UTC")),
    "clock": pa.array([maybe(datetime.time(i % 24, i, i, 0)) for i in range(50)], pa.time64("us")),
    "price": pa.array([maybe(decimal.Decimal(i * 37 - 900).scaleb(-2)) for i in range(50)], pa.decimal128(9, 2)),
    "wide": pa.array([maybe(decimal.Decimal(10) ** 25 * (i - 25)) for i in range(50)], pa.decimal128(38, 0)),
    "choice": pa.array([maybe(random.choice(["a", "b"])) for _ in range(50)]).dictionary_encode(),
    "nothing": pa.array([None] * 50, pa.string()),
    "pairs": pa.array([maybe([(random.choice(WORDS) + str(j), maybe(j)) for j in range(i % 3)]) for i in range(50)],
                      pa.map_(pa.string(), pa.int32())),
})
flat_rows = flat.to_pylist()
for row in flat_rows:
    row["single"] = shortest(row["single"])
    row["pairs"] = None if row["pairs"] is None else dict(row["pairs"])
write("types.zstd", flat, flat_rows, "types", compression="zstd")
write("types.plain", flat, flat_rows, "types", compression="none", use_dictionary=False, data_page_version="2.0")
write("types-int96", flat.select(["micro"]), flat_rows and [{"micro": row["micro"]} for row in flat_rows],
      use_deprecated_int96_timestamps=True)
numbers = flat.select(["big", "int", "text", "double", "single", "yes"])
number_rows = [{key: row[key] for key in numbers.column_names} for row in flat_rows]
write("delta", numbers, number_rows, use_dictionary=False, column_encoding={
    "big": "DELTA_BINARY_PACKED", "int": "DELTA_BINARY_PACKED", "text": "DELTA_BYTE_ARRAY",
    "double": "BYTE_STREAM_SPLIT", "single": "BYTE_STREAM_SPLIT", "yes": "RLE"})
write("delta-length", numbers.select(["text", "big"]), [{k: row[k] for k in ["text", "big"]} for row in flat_rows],
      use_dictionary=False, column_encoding={"text": "DELTA_LENGTH_BYTE_ARRAY", "big": "BYTE_STREAM_SPLIT"})
long = pa.table({"n": pa.array(range(0, 900, 3), pa.int64()), "s": pa.array(["item %06d" % i for i in range(300)])})
write("delta-long", long, use_dictionary=False, compression="zstd",
      column_encoding={"n": "DELTA_BINARY_PACKED", "s": "DELTA_BYTE_ARRAY"})
deep = pa.table({"a": pa.array([[[1, 2], [], None, [3]], [], None, [[None]]], pa.list_(pa.list_(pa.int64())))})
write("lists-of-lists", deep)
write("empty", nested.slice(0, 0))
