extension Chinese {
  /// Errors of data files: which are read, their formats, encodings and parts.
  static let fileErrors = #"""
    = '{0}' in '{1}' is not a data file
    '{1}' 里的 '{0}' 不是数据文件
    = Rows are read from {0} files.
    能读的文件：{0}。
    = '{0}' is a mix, which names rows but does not hold them
    '{0}' 是混合结果，只记录选了哪些数据，本身不含数据
    = Give the datasets that the mix was made of.
    请给出混合所用的数据集。
    = '{0}' holds no data file
    '{0}' 里没有数据文件
    = no data file in '{0}' matches include {1}
    '{0}' 里没有数据文件符合 include {1}
    = '{0}' holds data files of several formats: {1}
    '{0}' 里有几种格式的数据文件：{1}
    = Say which to read, for example include: ["{0}"].
    写明读哪些，例如 include: ["{0}"]。
    = files of '{0}' are left out as evaluation splits: {1}
    '{0}' 里这些文件是评测集，没有读入：{1}
    = Name them under include: if they are to be read.
    要读的话，写在 include: 里。
    = '{0}' holds no data file that is read: {1}
    '{0}' 里没有能读的数据文件：{1}
    = files of '{0}' are not read: {1}
    '{0}' 里有文件没有读入：{1}
    = '{0}' is not a regular file
    '{0}' 不是普通文件
    = '{0}' is not a usable selection: {1}
    '{0}' 不是可用的混合结果：{1}
    = Run the mix stage again.
    请重新运行 mix 阶段。
    = Run the mix stage again; its input changed.
    请重新运行 mix 阶段：它的输入变了。
    = row {0} of '{1}' ({2}) is not the row that was selected
    '{1}' 的第 {0} 条（{2}）已不是当时选中的那条
    = the file ends inside a character of {0}
    文件在 {0} 的一个字符中间结束
    = Put fields that hold a {0} or a quote in double quotes.
    含有{0}或引号的字段要用双引号括起来。
    = Give every column a name of its own.
    每一列都要有自己的名字。
    = the header {0}
    表头{0}
    = Close the quote; inside a quoted field write "" for one quote.
    补上引号；引号内的一个引号要写成 ""。
    = Inside a quoted field write "" for one quote.
    引号内的一个引号要写成 ""。
    = Say its encoding ({0}), or save the file as UTF-8.
    请写明它的编码（{0}），或把文件存成 UTF-8。
    = Give the file a name that ends in {0}.
    把文件名改成以 {0} 结尾。
    = Give the file a name that ends in .json, or write each row on one line.
    把文件名改成以 .json 结尾，或让每条数据占一行。
    = the row that begins here is longer than {0}
    从这里开始的一条超过 {0}
    = Look for a quote or bracket that is never closed.
    找找有没有没闭合的引号或括号。
    = text after the closing ']' of the array
    数组的 ']' 后面还有内容
    = expected ',' or ']' after row {0}
    第 {0} 条后面应该是 ',' 或 ']'
    = a comma before the closing ']'
    ']' 前面多了一个逗号
    = Remove the comma.
    去掉逗号。
    = the array is not closed
    数组没有闭合
    = Check that the file is complete.
    请检查文件是否完整。
    = Check that it is the file you meant.
    请检查是不是这个文件。
    = Arrow is not read; convert it to jsonl first.
    不支持 Arrow；请先转成 jsonl。
    = '{0}' is {1}, not rows in UTF-8
    '{0}' 是{1}，不是 UTF-8 的数据
    = an old spreadsheet or document
    旧式电子表格或文档
    = a Parquet file
    Parquet 文件
    = an Arrow file
    Arrow 文件
    = UTF-16 text
    UTF-16 文本
    = a Git LFS pointer, not the file
    Git LFS 指针，而不是文件本身
    = a spreadsheet
    电子表格
    = compressed
    压缩文件
    = Give the file a name that ends in .parquet.
    把文件名改成以 .parquet 结尾。
    = Fetch the file itself: git lfs pull.
    请取来文件本身：git lfs pull。
    = '{0}' is not UTF-8 text
    '{0}' 不是 UTF-8 文本
    = '{0}' has lines that end in CR alone, so all of it is one line
    '{0}' 的行只以 CR 结尾，整个文件成了一行
    = Convert it: tr '\r' '\n' < FILE > NEW.
    请转换：tr '\r' '\n' < 文件 > 新文件。
    = '{0}' holds one JSON array, not one object per line
    '{0}' 是一个 JSON 数组，而不是每行一个对象
    = '{0}' holds objects that go over several lines, not one object per line
    '{0}' 里的对象跨了多行，而不是每行一个对象
    = Give the file a name that ends in .tsv.
    把文件名改成以 .tsv 结尾。
    = Give the file a name that ends in .csv.
    把文件名改成以 .csv 结尾。
    = Save it with commas between the columns.
    请用逗号分隔各列重新保存。
    = comma
    逗号
    = semicolon
    分号
    = tab
    制表符
    = bar
    竖线
    = Name a {0} file.
    请给出 {0} 文件。
    = is one column, '{0}': its columns are separated by a {1}, not a {2}
    只有一列 '{0}'：列用{1}分隔，而不是{2}
    = Export the sheet as CSV: in Excel, save it as 'CSV UTF-8 (comma delimited)'; with LibreOffice, run: soffice --headless --convert-to csv FILE.
    请把表格导出为 CSV：Excel 里另存为“CSV UTF-8（逗号分隔）”；LibreOffice 用 soffice --headless --convert-to csv 文件。
    = this machine's C library cannot decode {0}, which '{1}' needs
    本机的 C 库不能解码 {0}，而 '{1}' 需要它
    = has {0} fields where the header has {1}
    有 {0} 个字段，而表头有 {1} 个
    = names the column '{0}' twice
    把列名 '{0}' 写了两次
    = field {0} has text after its closing quote
    第 {0} 个字段的右引号后面还有文字
    = field {0} is not closed
    第 {0} 个字段的引号没有闭合
    = field {0} is not valid UTF-8
    第 {0} 个字段不是有效的 UTF-8
    = is {0}, not an object
    是{0}，不是对象
    = has two columns '{0}' after columns: renamed them
    按 columns: 改名后有两列都叫 '{0}'
    = Rename the other one too, for example '{0}': old_{1}.
    另一列也改个名，例如 '{0}': old_{1}。
    = read the file that holds it
    请读取它所在的文件
    = write the file again with smaller pages
    重新写这个文件，页小一些
    = write the file again with another compression
    用另一种压缩方式重新写这个文件
    = install it: apt-get install {0}
    请安装：apt-get install {0}
    = it is damaged
    已损坏
    = These were not followed: {0}. Name the folder itself.
    这些没有跟进去：{0}。请直接写那个文件夹。
    = {0} (too deep)
    {0}（层级太深）
    = format is not {0}
    format 不是{0}
    = it is of a version this program does not know
    它的版本本程序不认识
    = source {0} has a file without name or rows
    来源{0}有一个文件没有名字或条数
    = source {0} has too many rows
    来源{0}的数据太多
    = source {0} has an odd draw
    来源{0}的抽取方式不对
    = source {0} is read in a way this program does not know
    来源{0}的读取方式本程序不认识
    = {0} row {1} does not fit its source
    {0}第{1}条与它的来源不符
    = Install its converters (libc-bin, or glibc-gconv-extra), or convert the file to UTF-8.
    请安装转换表（libc-bin 或 glibc-gconv-extra），或把文件转成 UTF-8。
    = row {0}: a quoted field is never closed
    第{0}条：有一个带引号的字段没有闭合
    = row {0} is cut off: the file ends inside it
    第{0}条不完整：文件在它中间就结束了
    = Save the file as UTF-8.
    请把文件存成 UTF-8。
    = It looks like {0}. {1}
    看起来是{0}。{1}
    = a number in the file is longer than 64 bits
    文件里有一个数超过 64 位
    = the column '{0}' lies in another file
    列 '{0}' 在另一个文件里
    = the column '{0}' has no complete description
    列 '{0}' 的描述不完整
    = the column '{0}' has another type than its schema says
    列 '{0}' 的类型与 schema 不一致
    = the column '{0}' has an unknown compression ({1})
    列 '{0}' 的压缩方式不认识（{1}）
    = a value lies deeper than its column
    有一个值的层级比它的列还深
    = a dictionary has no count
    有一个字典没有写条数
    = a page has more values than its column
    有一页的值比它的列还多
    = its levels are in an unknown encoding ({0})
    层级（level）的编码不认识（{0}）
    = the column '{0}' holds bytes that are no UTF-8 text
    列 '{0}' 里有不是 UTF-8 文本的字节
    = the header of a delta-encoded page is wrong
    增量编码（delta）页的页头不对
    = a delta-encoded page has more values than its page says
    增量编码（delta）页的值比页头说的多
    = a delta-encoded page has fewer values than its header says
    增量编码（delta）页的值比页头说的少
    = a delta-encoded value has more than 64 bits
    增量编码（delta）的值超过 64 位
    = values of {0} bits are not possible here
    这里不可能有{0}位的值
    = a run of values has no length
    一段连续值没有长度
    = a run's value has more bits than it may have
    一段连续值的位数超出范围
    = a page has another size than its header says
    有一页的大小与页头不一致
    = a page is {0} bytes large
    有一页有{0}字节
    = a page is empty, and its header says that it is not
    有一页是空的，而页头说不是
    = its pages are compressed with LZO
    它的页用 LZO 压缩
    = its pages are compressed with {0}, and {1} is not on this machine
    它的页用{0}压缩，而本机没有{1}
    = a page cannot be decompressed ({0}): the file is damaged
    有一页无法解压（{0}）：文件已损坏
    = the file ends in the middle of a value, or a length in it is wrong
    文件在一个值中间结束，或其中的长度不对
    = it is encrypted
    它是加密的
    = write it again without encryption
    请重新写出，不要加密
    = it is no whole Parquet file: its first or last bytes are not 'PAR1'
    不是完整的 Parquet 文件：开头或结尾不是 'PAR1'
    = its metadata have no schema or no rows
    元数据里没有 schema 或没有条数
    = it has {0} rows, and its metadata say {1}
    它有{0}条，而元数据说有{1}条
    = a row group has more values than rows
    有一个行组（row group）的值比条数多
    = the row group {0} has no complete description
    行组{0}的描述不完整
    = the row group {0} has {1} columns, and the schema {2}
    行组{0}有{1}列，而 schema 有{2}列
    = cannot read row {0} of the Parquet file '{1}': {2}
    读不了 Parquet 文件 '{1}' 的第{0}条：{2}
    = the schema is not one tree
    schema 不是一棵树
    = the schema is cut off or nested too deep
    schema 不完整，或嵌套太深
    = a column's name is not UTF-8 text
    有一个列名不是 UTF-8 文本
    = the column '{0}' has an unknown repetition
    列 '{0}' 的重复方式（repetition）不认识
    = the group '{0}' has more columns than the file
    组 '{0}' 的列比整个文件还多
    = the column '{0}' has an unknown type
    列 '{0}' 的类型不认识
    = the group '{0}' has no columns
    组 '{0}' 没有列
    = the column '{0}' has values of {1} bytes
    列 '{0}' 的值有{1}字节
    = the column '{0}' has decimals with a scale of {1}
    列 '{0}' 是小数，小数位数为{1}
    = the columns of a row group have different numbers of rows
    同一行组里各列的条数不同
    = the columns below '{0}' disagree whether it is there
    '{0}' 下面的各列对它是否存在说法不一
    = the metadata is nested too deep
    元数据嵌套太深
    = the metadata has a value of unknown type {0}
    元数据里有类型{0}不认识的值
    = a page refers to a dictionary that is not there
    有一页用到了不存在的字典
    = its values are in an encoding ({0}) that this type does not have
    值的编码（{0}）不适用于它的类型
    = a value refers to entry {0} of {1}
    有一个值指向字典的第{0}项，而字典只有{1}项
    = {0} (a broken link)
    {0}（失效的链接）
    = {0} (a link to a folder)
    {0}（指向文件夹的链接）
    = line {0}: {1}
    第 {0} 行：{1}
    = source {0} lacks a member
    来源 {0} 缺少成员
    = {0} (a spreadsheet)
    {0}（电子表格）
    = {0} (compressed)
    {0}（压缩文件）
    = {0} (Arrow)
    {0}（Arrow）
    """#
}
