extension Chinese {
  /// Help of `data`, `tokens` and `cache`, and of remote caches.
  static let dataHelp = #"""
    = Print what would be removed and what it cost to compute; remove nothing.
    只打印会删掉什么、当初花了多少计算，不真的删除。
    = Keep the artifacts of the newest N runs (default 20).
    保留最近 N 次运行的产物（默认 20）。
    = The reason, for later readers.
    原因，留给以后看的人。
    = Remove the pin.
    取消保护。
    = Manage the store of artifacts
    管理产物存储
    = List the artifacts in the store
    列出存储里的产物
    = Hash every file again; move damaged artifacts to quarantine
    重新校验每个文件，损坏的产物移入隔离区
    = What is damaged goes to the store's quarantine folder and is made again when it is next needed.
    损坏的产物移到存储的 quarantine 文件夹，下次需要时重新生成。
    = Remove artifacts that no kept run needs
    删除保留的运行都用不到的产物
    = Pinned artifacts, and artifacts that a running run uses, are always kept.
    受保护的产物和正在运行的任务用到的产物始终保留。
    = Protect an artifact from garbage collection
    保护一个产物，不被清理
    = The digest or the start of it, or the name of a stage.
    摘要或它的开头，或者阶段的名字。
    = Only files of the folder whose path matches.
    只读文件夹里路径匹配的文件。
    = Print N rows as conversations.
    把 N 条数据按对话打印出来。
    = Inspect datasets
    检查数据集
    = Count rows, shapes, languages and lengths
    统计条数、格式、语言和长度
    = Check the quality of rows; exit status 1 if there is an error
    检查数据质量；有错误时退出码为 1
    = statistics, and three rows as conversations
    统计信息，以及三条数据的对话形式
    = what the stage 'mixed' selected in the newest run
    最近一次运行里 mixed 阶段选了什么
    = Number of rows (default 3).
    条数（默认 3）。
    = Start at this row of the split.
    从这一条开始。
    = Show validation rows instead of training rows.
    显示验证集，而不是训练集。
    = Print the token ids too.
    同时打印 token 编号。
    = Inspect tokenized data
    检查分词后的数据
    = Print rows as the model sees them, with the learned part marked
    按模型看到的样子打印数据，标出参与训练的部分
    = A tokenize stage of the newest run, or a folder (default: tokens).
    最近一次运行的 tokenize 阶段，或文件夹（默认：tokens）。
    = Also what costs less to make than to send, and what would not come out the same again.
    连重新计算比上传更省的、以及重做结果会不同的，也一起上传。
    = Send again what a cache already has, in case its bytes are wrong.
    缓存里已有的也重新上传，以防内容有误。
    = Write a new key into the file, which must not exist.
    把新密钥写入这个文件，文件不能已经存在。
    = Send results to the remote caches
    把结果上传到远程缓存
    = Sends what the store has and a cache lacks, to every cache whose 'push' is not 'never'. What a run could not send is sent first. If it is stopped, the next call continues where it ended.
    把本地存储里有、远程缓存里没有的，上传到每个 'push' 不是 'never' 的缓存。先上传以前运行时没传成的。中途停下后再运行，会接着上传。
    = Only these: a digest, the start of one, or a stage's name.
    只上传这些：摘要、摘要的开头，或阶段名。
    = Fetch what a recipe needs from the remote caches; run nothing
    从远程缓存下载配方需要的结果，不运行任何阶段
    = Only these stages, and what they need.
    只要这些阶段和它们依赖的阶段。
    = Say which remote caches there are, whether they answer, and what waits to be sent
    列出有哪些远程缓存、能不能连上、还有什么等待上传
    = Print the public half of a signing key, or make a new one
    打印签名密钥的公钥，或生成新密钥
    = Whoever pushes signs with the key that LORAPIPE_CACHE_SIGNING_KEY names; whoever reads lists the public half in LORAPIPE_REMOTE_TRUST.
    上传的人用 LORAPIPE_CACHE_SIGNING_KEY 指定的密钥签名；读取的人把公钥列在 LORAPIPE_REMOTE_TRUST 里。
    = The key, in PEM form.
    PEM 格式的密钥。
    = Manage the store of artifacts and its remote caches
    管理产物存储和远程缓存
    = Ask no remote cache, and give it nothing.
    不访问远程缓存，也不上传。
    = Rename a column before rows are read, such as 问题=query; also a JSON map, as ms-swift has it.
    读取前重命名列，例如 问题=query；也接受 ms-swift 那样的 JSON 映射。
    = Write rows with their own columns (the default), or the messages that each row is read as.
    按原有的列写出（默认），或写出每条数据读成的 messages。
    = What to do with a row that cannot be read: stop (error), or leave it out and count it (drop).
    遇到读不了的数据怎么办：停止（error），或跳过并计数（drop）。
    = Of a mix, only the rows of this side.
    对 mix 的结果，只取这一侧的数据。
    = Write the rows to FILE instead of standard output.
    写入 FILE，而不是标准输出。
    = Jsonl, json, csv, tsv or parquet files, folders of them, or a stage that made data.
    jsonl、json、csv、tsv 或 parquet 文件，装有这些文件的文件夹，或产出数据的阶段。
    = A jsonl, json, csv, tsv or parquet file, a folder of them, or a stage that made data.
    jsonl、json、csv、tsv 或 parquet 文件，装有这些文件的文件夹，或产出数据的阶段。
    = A file with the questions of an evaluation, one per row. Reports which of them are also learned.
    评测要问的问题，每条一行：指出其中哪些也在训练数据里。
    = With --model: the longest row in tokens, as tokenize has it (2048 by default).
    与 --model 一起使用：单条数据的最大 token 数，与 tokenize 相同（默认 2048）。
    = rows with headers of their own
    列名与众不同的表格
    = every file of the folder by itself
    逐个检查文件夹里的文件
    = Write rows of any format as JSON lines
    把任何格式的数据写成 JSON 行
    = a table that Excel wrote, in UTF-8
    把 Excel 写的表格转成 UTF-8
    = with rows of a table that Excel wrote
    带上 Excel 写的表格里的数据
    = the rows that the stage 'mixed' chose
    阶段 'mixed' 选中的数据
    """#
}
