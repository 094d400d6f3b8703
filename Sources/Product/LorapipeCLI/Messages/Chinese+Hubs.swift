extension Chinese {
  /// What `push` prints.
  static let pushing = #"""
    = Make the repository if there is none, private or public.
    没有这个仓库时新建：private（私有）或 public（公开）。
    = The message of the commit.
    提交说明。
    = The license, such as apache-2.0 (default: what the base's own card states).
    许可证，例如 apache-2.0（默认取基座模型卡上写的）。
    = The base's repository, when the recipe did not fetch it from a hub.
    基座在模型库里的名字；配方不是从模型库取基座时用。
    = Upload the files alone, without a model card.
    只上传文件，不写模型卡。
    = Print the files and the model card, and send nothing.
    只打印文件清单和模型卡，不上传。
    = Upload a model or adapter to a hub, with a model card
    把模型或适配器连同模型卡上传到模型库
    = TARGET is hf:OWNER/NAME or modelscope:OWNER/NAME, or the same with -dataset. Large files that the hub has are not sent again, so after an interruption run the command again. The model card, README.md, is written from the run: data, ratio, metrics, settings, lineage and the recipe; a README.md that lies in the folder is used instead. The token is read from HF_TOKEN or MODELSCOPE_API_TOKEN, else from where 'hf auth login' or 'modelscope login' keeps it.
    目标写 hf:用户/名字 或 modelscope:用户/名字，数据集加 -dataset。模型库里已有的大文件不会重传，中断后再运行一次即可。模型卡 README.md 根据运行记录写成：数据、比例、指标、参数、血缘和配方；文件夹里已有 README.md 时用它。令牌取自 HF_TOKEN 或 MODELSCOPE_API_TOKEN，没有设置时取自 'hf auth login' 或 'modelscope login' 保存的文件。
    = A run, a stage of the newest run, a folder or a file (default: the newest run's model), then the target.
    运行、最近一次运行的阶段、文件夹或文件（默认是最近一次运行的模型），然后是目标。
    = an adapter, to a new private repository
    适配器，传到新建的私有仓库
    = what the run grace made
    grace 这次运行的产物
    = prints the files and the card
    打印文件清单和模型卡
    = left out: {0}
    未包括：{0}
    = would push to {0}:
    将上传到 {0}：
    = {0} has these files already: nothing was sent
    {0} 已有这些文件，没有上传
    = pushed {0} files to {1}, {2} of large files sent
    已上传 {0} 个文件到 {1}，其中大文件传输了 {2}
    = {0} files were the same, and the bytes of {1} were on the hub already
    {0} 个文件没有变化，{1} 个大文件的内容模型库里已有
    = the repository is private
    仓库是私有的
    = the repository is public
    仓库是公开的
    = the model card names no license: --license adds one
    模型卡没有写许可证：可用 --license 指定
    = reading {0}
    正在读取 {0}
    = sending {0}: {1} % of {2}
    正在上传 {0}：{2} 的 {1} %
    = {0}; trying again in {1} s
    {0}；{1} 秒后重试
    = made a private repository
    新建了私有仓库
    = made a public repository
    新建了公开仓库
    = next: {0} pull {1}
    接下来：{0} pull {1}
    = committing {0} files
    正在提交 {0} 个文件
    """#

  /// Errors of uploading, and of generating rows.
  static let hubErrors = #"""
    = pushing needs a token of the hub
    上传需要模型库的令牌
    = Set {0} to a token with the right to write, or log in once with '{1}'.
    请把 {0} 设为有写权限的令牌，或用 '{1}' 登录一次。
    = the hub does not accept the token (401 from '{0}')
    模型库不接受这个令牌（'{0}' 返回 401）
    = the token may not write here (403 from '{0}')
    这个令牌没有写权限（'{0}' 返回 403）
    = there is no repository '{0}'
    没有仓库 '{0}'
    = Add --create private or --create public, or check the name; of a private one the token must be able to see it.
    加上 --create private 或 --create public，或检查名字；私有仓库要求令牌能看到它。
    = '{0}' is there already, and it is public
    '{0}' 已经存在，而且是公开的
    = Make it private on the hub, push to another name, or leave out --create.
    请在网站上把它改成私有，换个名字上传，或去掉 --create。
    = ModelScope makes a repository only with a license
    魔搭新建仓库必须写许可证
    = Add --license, such as --license apache-2.0.
    请加 --license，例如 --license apache-2.0。
    = '{0}' was changed while it was being uploaded
    上传期间 '{0}' 被改动了
    = '{0}' is no repository that can be pushed to
    '{0}' 不是可以上传的仓库
    = the hub accepts no more requests for now (429 from '{0}')
    模型库暂时不接受更多请求（'{0}' 返回 429）
    = with temperature 0 all {0} samples of a row are the same
    temperature 为 0 时，每条数据的 {0} 个结果都一样
    = use: questions needs a prompt that asks for a question
    use: questions 需要一个 prompt，让模型写出问题
    = the prompt has no place for what a row holds, so every row would be asked the same
    prompt 里没有放数据的位置，每条数据都会问同样的话
    = row {0} asks nothing: there is no user's message to answer
    第 {0} 条没有提问：没有可以回答的用户消息
    = the prompt names '{0}', and row {1} has nothing for it
    prompt 里写了 '{0}'，而第 {1} 条没有对应内容
    = '{0}' has no row to generate from
    '{0}' 没有可以用来生成的数据
    = the upload was cancelled
    上传已取消
    = cannot send {0}: {1}
    无法上传 {0}：{1}
    = {0} cannot be sent: the hub does not know the repository ({1})
    无法上传 {0}：模型库没有这个仓库（{1}）
    = the hub says that {0} is too large (413 from '{1}')
    模型库说 {0} 太大（'{1}' 返回 413）
    = the hub refuses {0} ({1} from '{2}')
    模型库拒绝 {0}（'{2}' 返回 {1}）
    = Check the network, then push again: what arrived is not sent again.
    检查网络后再上传：已传到的不会重传。
    = Check the name; --create private or --create public makes the repository.
    检查名字；--create private 或 --create public 会新建仓库。
    = Push again later{0}: what arrived is not sent again.
    稍后再上传{0}：已传到的不会重传。
    = Check HF_ENDPOINT or MODELSCOPE_ENDPOINT: a mirror that only serves downloads may have answered.
    检查 HF_ENDPOINT 或 MODELSCOPE_ENDPOINT：应答的可能是只供下载的镜像。
    = the repository's .gitignore leaves out '{0}'
    仓库的 .gitignore 排除了 '{0}'
    = the hub does not store '{0}': {1}
    模型库不保存 '{0}'：{1}
    = Remove the line from the repository's .gitignore, or the file from what is pushed.
    从仓库的 .gitignore 里去掉这一行，或不上传这个文件。
    = '{0}' cannot be the path of a file in a repository
    '{0}' 不能用作仓库里的文件路径
    = the hub wants '{0}' inside the commit, and it has {1} bytes
    模型库要求 '{0}' 放在提交里，而它有 {1} 字节
    = Rename the file: no '..', backslashes or control characters.
    给文件改名：不能有 '..'、反斜杠或控制字符。
    = Compress it, or give it a name that the hub stores as a large file.
    压缩它，或换一个模型库会按大文件保存的名字。
    = Push again.
    请再上传一次。
    = write hf:OWNER/NAME or modelscope:OWNER/NAME
    写 hf:组织/名称 或 modelscope:组织/名称
    = '{0}' holds no file
    '{0}' 里没有文件
    = give another folder
    换一个文件夹
    """#
}
