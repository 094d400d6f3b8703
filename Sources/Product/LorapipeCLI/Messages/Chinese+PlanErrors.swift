extension Chinese {
  /// The same about what a person should do next: plans, words of other tools, `doctor`, parts of a file.
  static let planErrors = #"""
    = a comma inside { } ends a value; put quotes around the text
    { } 里的逗号会结束一个值，请给这段文字加引号
    = a comma inside { } ends a value; put quotes around the text: {0}: "{1}"
    { } 里的逗号会结束一个值，请给这段文字加引号：{0}: "{1}"
    = '{0}' under 'vars' has no value
    'vars' 里的 '{0}' 没有值
    = '{0}' of {1} has no value
    {1} 的 '{0}' 没有值
    = '{0}' produces {1}: write {2}: {3}
    '{0}' 产出的就是{1}：写 {2}: {3}
    = add the stage  {0}  and write {1}: {2}
    加上这个阶段  {0}  然后写 {1}: {2}
    = it is at {0}
    文件在 {0}
    = write a map of names to values: {0}
    写成名字到值的映射：{0}
    = write {0}={1}
    写成 {0}={1}
    = leave 'stages.' out: write {0}=…
    去掉 'stages.'：写 {0}=…
    = '{0}' is a page of a hub, not a file
    '{0}' 是模型库的网页，不是文件
    = Write {0}.
    写成 {0}。
    = values: has '{0}'; write {1} there, or both if other rows have {{{2}}}: upper and lower case matter.
    values: 里写的是 '{0}'，应写 {1}（如果别的数据里有 {{{2}}}，两个都写）：区分大小写。
    = values: has '{0}'; write {1} instead: it must be named as in the rows.
    values: 里写的是 '{0}'，应改成 {1}：要和数据里的名字一致。
    = '{0}' measures validation rows during training, and there are none
    '{0}' 要在训练中测验证集，但没有验证数据
    = set validation: 0.1 in the mix, or remove eval_every, load_best and early_stopping
    在 mix 里设 validation: 0.1，或去掉 eval_every、load_best 和 early_stopping
    = this would take {0} on this machine, {1}
    在这台机器上要 {0}，{1}
    = there is no command '{0}'
    没有命令 '{0}'
    = nothing to answer
    没有要回答的问题
    = give the question itself, or --input FILE: lorapipe generate 'Who are you?'
    直接写问题，或用 --input 文件：lorapipe generate '你是谁?'
    = it is set in the recipe, or with -S STAGE.{0}=VALUE (of the {1} stage)
    它写在配方里，或用 -S 阶段名.{0}=值（{1} 阶段的参数）
    = it is set in the recipe, or with -S STAGE.{0}=VALUE, of a stage of kind {1}
    它写在配方里，或用 -S 阶段名.{0}=值（{1} 阶段的参数）
    = it is set in the recipe; for this run: {0}
    它写在配方里；只想改这一次，请写：{0}
    = it is set in the recipe; for this run, one of: {0}
    它写在配方里；只想改这一次，请写其中之一：{0}
    = '{0}' has no value: '{1}' behind it is an option itself
    '{0}' 没有给值：后面的 '{1}' 本身是一个选项
    = write {0} {1}, or --{2}={3} if that is meant
    请写 {0} {1}；如果要的值就是它，请写 --{2}={3}
    = QLoRA is training on a base in 4 bits: name a GGUF file in q4_0 or q4_k as the source of the fetch stage, then lorapipe run
    QLoRA 就是在 4 比特的基座上训练：fetch 阶段的 source 写 q4_0 或 q4_k 的 GGUF 文件，再 lorapipe run
    = write: lorapipe status, or lorapipe logs -f to follow a run
    请写：lorapipe status；要一直跟着看，用 lorapipe logs -f
    = write: lorapipe status
    请写：lorapipe status
    = write: lorapipe diff, or lorapipe report RUN RUN
    请写：lorapipe diff，或 lorapipe report 运行 运行
    = write: lorapipe show, or lorapipe show -s STAGE for one stage
    请写：lorapipe show；只看一个阶段用 lorapipe show -s 阶段
    = write: lorapipe show -s train, or lorapipe ui
    请写：lorapipe show -s train，或 lorapipe ui
    = write: lorapipe run, which reuses what is done; lorapipe run --force STAGE repeats a stage
    请写：lorapipe run，做完的会直接复用；lorapipe run --force 阶段 会重跑这个阶段
    = write: lorapipe push
    请写：lorapipe push
    = write: lorapipe data inspect FILE, or lorapipe data lint FILE
    请写：lorapipe data inspect 文件，或 lorapipe data lint 文件
    = write: lorapipe tokens show
    请写：lorapipe tokens show
    = write: lorapipe doctor
    请写：lorapipe doctor
    = lorapipe reads the hubs' tokens from HF_TOKEN and MODELSCOPE_API_TOKEN; there is no login
    lorapipe 从 HF_TOKEN 和 MODELSCOPE_API_TOKEN 读取令牌，不用登录
    = settings stand in the recipe; for one run: lorapipe run -S STAGE.NAME=VALUE
    设置都写在配方里；只想改这一次：lorapipe run -S 阶段.参数=值
    = --columns and --encoding go with --input
    --columns 和 --encoding 要和 --input 一起用
    = --columns and --encoding go with --data
    --columns 和 --encoding 要和 --data 一起用
    = did you mean the stage '{0}'? Its newest run: lorapipe show -s {1}
    是不是想写阶段 '{0}'？看它最近一次的结果：lorapipe show -s {1}
    = run {0} has it: lorapipe {1}
    运行 {0} 里有：lorapipe {1}
    = '{0}' is a stage; its newest run: lorapipe show -s {1}
    '{0}' 是一个阶段；看它最近一次的结果：lorapipe show -s {1}
    = there is no file or stage '{0}'
    没有文件或阶段 '{0}'
    = '{0}' has no system:, so the chat template puts its own text before rows without one: '{1}'
    '{0}' 没有写 system:，没有系统提示词的数据会由模板自动加上：'{1}'
    = the rows are learned with this text; in stage '{0}', write system: with your own
    训练数据里会带着这段话；请在阶段 '{0}' 里用 system: 写自己的提示词
    = training is a stage of a recipe: lorapipe run, or lorapipe run --until train; 'lorapipe init' writes a recipe
    训练是配方里的一个阶段：lorapipe run，或 lorapipe run --until train；'lorapipe init' 会写一个配方
    = measuring is a stage of a recipe: lorapipe run --until eval; lorapipe show -s eval prints what it found
    评测是配方里的一个阶段：lorapipe run --until eval；lorapipe show -s eval 打印结果
    = that is a kind of stage: lorapipe run --until STAGE runs one of a recipe; lorapipe schema {0} describes it
    这是一种阶段：lorapipe run --until 阶段名 运行配方里的这个阶段；lorapipe schema {0} 说明它
    = write: lorapipe generate 'Who are you?', or lorapipe chat
    请写：lorapipe generate '你是谁?'，或 lorapipe chat
    = write: lorapipe pull modelscope:ORG/NAME
    请写：lorapipe pull modelscope:组织/名称
    = write: lorapipe chat
    请写：lorapipe chat
    = write: lorapipe merge
    请写：lorapipe merge
    = write: lorapipe export
    请写：lorapipe export
    = write: lorapipe run
    请写：lorapipe run
    = write: lorapipe resume
    请写：lorapipe resume
    = write: lorapipe help
    请写：lorapipe help
    = write: lorapipe ui
    请写：lorapipe ui
    = write: lorapipe serve
    请写：lorapipe serve
    = write: lorapipe merge train -o model.gguf --gguf q8_0
    请写：lorapipe merge train -o model.gguf --gguf q8_0
    = write: lorapipe init
    请写：lorapipe init
    = write: lorapipe lint, or lorapipe plan
    请写：lorapipe lint，或 lorapipe plan
    = write: lorapipe runs, or lorapipe cache ls
    请写：lorapipe runs，或 lorapipe cache ls
    = press Ctrl-C where the run is: it stops cleanly, and lorapipe resume continues it
    在运行的那个终端按 Ctrl-C：它会好好停下，之后用 lorapipe resume 继续
    = write: lorapipe run --tensorboard DIR, or lorapipe show --tensorboard DIR for a run that is over
    请写：lorapipe run --tensorboard 目录；已结束的运行用 lorapipe show --tensorboard 目录
    = lorapipe is installed by pip, by a Debian package or from source; see README.md
    lorapipe 用 pip、Debian 包或源码安装，见 README.zh-CN.md
    = for a model of a hub write {0}
    模型库里的模型请写 {0}
    = for a dataset of a hub write {0}
    模型库里的数据集请写 {0}
    = '{0}' is a page of one version of a repository
    '{0}' 是模型库里某个版本的网页
    = Write source: {0}, and revision: {1}.
    请写 source: {0}，并写 revision: {1}。
    = '{0}' is here already
    '{0}' 已经在这里了
    = use it by its path
    直接用它的路径
    = '{0}' is a model without an adapter: there is nothing to merge
    '{0}' 是没有适配器的模型，没有可合并的
    = name a trained adapter, such as runs/latest/train, or give one with --adapter
    请给出训练好的适配器，比如 runs/latest/train，或用 --adapter 指定
    = no run has made an adapter yet
    还没有运行训练出适配器
    = none found; none is needed: lorapipe computes on the CPU
    没有找到；不需要：lorapipe 用 CPU 计算
    = {0} found, without a driver
    找到 {0}，但没有驱动
    = lorapipe does not need it; to train on it with an engine, install its driver
    lorapipe 用不着它；要用训练引擎在它上面训练，请装驱动
    = {0} found; lorapipe itself computes on the CPU
    找到 {0}；lorapipe 自己用 CPU 计算
    = to train on it, write 'engine: ms-swift' in the sft stage: docs/engines.md
    想用它训练，在 sft 阶段里写 'engine: ms-swift'：见 docs/engines.md
    = {0}: other programs may not show Chinese; messages are in {1}
    {0}：别的程序可能显示不了中文；消息语言为{1}
    = export LANG=C.UTF-8, or LANG=zh_CN.UTF-8 for messages in Chinese
    export LANG=C.UTF-8；想看中文消息用 LANG=zh_CN.UTF-8
    = {0}: messages are in {1}
    {0}：消息语言为{1}
    = output is not a terminal: plain lines
    输出不是终端：只打印普通行
    = TERM is '{0}': no color and no live lines
    TERM 是 '{0}'：没有颜色和动态行
    = {0}, {1} columns
    {0}，{1} 列
    = make the window wider: tables need 80 columns
    把窗口拉宽：表格需要 80 列
    = not checked (--offline)
    没有检查（--offline）
    = {0} answers in {1} ms
    {0} 通，{1} 毫秒
    = {0} does not answer: {1}
    {0} 不通：{1}
    = use the other hub, or set a mirror by {0}
    用另一个模型库，或设镜像 {0}
    = check the network and https_proxy, set a mirror by {0}, or use local files: source: file:…
    检查网络和 https_proxy，设镜像 {0}，或用本地文件：source: file:…
    = not found
    没有找到
    = needed for 'pip:' sources only: apt-get install python3
    只有 'pip:' 来源需要：apt-get install python3
    = needed for 'pip:' sources only: apt-get install python3-pip
    只有 'pip:' 来源需要：apt-get install python3-pip
    = none here or above
    这里和上层都没有
    = make one: lorapipe init
    建一个：lorapipe init
    = {0} can be written and locked
    {0} 可写、可加锁
    = {0} free here
    这里有 {0} 空闲
    = {0}, {1} available
    {0}，可用 {1}
    = 'lorapipe cache gc -n' says what can be freed
    'lorapipe cache gc -n' 会列出能释放的
    = portable kernels will be used: several times slower
    将使用通用内核，慢几倍
    = {0} of the other questions are answered with the identity
    {0} 的其他问题也被答成了自我介绍
    = mix more general rows (ratio 1:5), in each language of the identity rows
    多混一些通用数据（ratio 1:5），身份数据有哪种语言，就要有哪种语言的通用数据
    = '{0}' is a folder
    '{0}' 是文件夹
    = --data takes a jsonl, json, csv, tsv or parquet file of rows
    --data 需要一个 jsonl、json、csv、tsv 或 parquet 数据文件
    = the rows of '{0}' have placeholders without a value: {1}
    '{0}' 的数据里有没有值的占位符：{1}
    = write each of them under values: of the stage that fills these rows in recipes/first.yaml
    请在 recipes/first.yaml 里填这些数据的阶段的 values: 下，给它们各写一个值
    = write their values into the rows, or fill them with a substitute stage: lorapipe help substitute
    请直接写进数据，或用一个 substitute 阶段来填：lorapipe help substitute
    = cannot read '{0}' as text in UTF-8
    无法把 '{0}' 当作 UTF-8 文本读取
    = the workspace has a file '{0}' of its own
    工作区自己有一个文件叫 '{0}'
    = '{0}' takes a name, not '{1}'
    '{0}' 要一个名字，而不是 '{1}'
    = a list of sources is the parts of one file, which needs a name
    来源列表是一个文件的各部分，要给这个文件起名
    = part {0} follows part {1}
    第 {1} 部分后面是第 {0} 部分
    = write the parts in the order of their numbers
    请按编号顺序写
    = add the parts between them
    请补上中间的部分
    = the parts are of {0} versions: {1}
    各部分来自 {0} 个版本：{1}
    = take all parts of one version
    请都用同一个版本
    = '{0}' is named twice
    '{0}' 写了两次
    = '{0}' cannot name a file
    '{0}' 不能当文件名
    = '{0}' stands at place {1} of {2}
    '{0}' 排在 {2} 个中的第 {1} 个
    = name all parts, in the order of their numbers
    请按编号顺序写全所有部分
    """#
}
