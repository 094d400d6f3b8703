"""Writes the Parquet files of ReadExactlyTests, from the texts that stand there. Needs pyarrow.

    python Tests/Fixtures/Datasets/exact.py
"""

import pathlib

import pyarrow as pa
import pyarrow.parquet as pq

here = pathlib.Path(__file__).parent
TEXTS = [
    " leading and trailing ", "tab\there", "two\nlines", "crlf\r\nkept", 'a "quoted" word, and commas', "''",
    "\ufeffmark", "zero\u200bwidth", "e\u0301 and é", "ﬁ ligature", "全角　空格", "𠮷野家 🦊👩‍👩‍👧", "\x01control\x7f",
    "NULL", "nan", "007", "1.50", "1e400", "12345678901234567890", "-0", "true", "<|im_end|>", "{{NAME}}", "\\n \\u0041",
    "end with backslash\\", "a\u2028b\u2029c\x85d",
]
table = pa.table({"query": TEXTS, "response": TEXTS[::-1]})
pq.write_table(table, here / "exact.parquet", compression="none", use_dictionary=False)
pq.write_table(table, here / "exact-zstd.parquet", compression="zstd", data_page_version="2.0")
