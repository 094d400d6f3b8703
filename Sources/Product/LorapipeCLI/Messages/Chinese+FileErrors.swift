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
    含有 {0} 或引号的字段要用双引号括起来。
    = Give every column a name of its own.
    每一列都要有自己的名字。
    = the header {0}
    表头{0}
    = Close the quote; inside a quoted field write "" for one quote.
    补上引号；引号内的一个引号要写成 ""。
    = Inside a quoted field write "" for one quote.
    引号内的一个引号要写成 ""。
    = Declare its encoding with encoding: ({0}), or save the file as UTF-8.
    用 encoding: 写明编码（{0}），或把文件存成 UTF-8。
    = Give the file a name that ends in .json.
    把文件名改成以 .json 结尾。
    = Give the file a name that ends in .json, or write each row on one line.
    把文件名改成以 .json 结尾，或让每条数据占一行。
    = the row that begins here is longer than {0} MiB
    从这里开始的一条超过 {0} MiB
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
    = a zip file or spreadsheet
    zip 文件或电子表格
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
    """#
}
