extension Chinese {
  /// Errors, warnings and notes, which arrive as whole texts from all modules. The values of an English template stand in
  /// order, `{0}` first.
  static let errors = #"""
    = unknown key '{0}' in a recipe
    配方里没有键 '{0}'
    = unknown key '{0}' of stage '{1}' ({2})
    阶段 '{1}'（{2}）没有键 '{0}'
    = unknown key '{0}' in '{1}' of {2}
    {2} 的 '{1}' 里没有键 '{0}'
    = unknown key '{0}' in parameter '{1}'
    参数 '{1}' 里没有键 '{0}'
    = did you mean '{0}'?
    是不是想写 '{0}'？
    = did you mean 'vars.{0}'?
    是不是想写 'vars.{0}'？
    = known keys are {0}
    可用的键：{0}
    = known kinds are {0}
    可用的 kind：{0}
    = its stages are {0}
    它的阶段有：{0}
    = its stages are: {0}
    它的阶段有：{0}
    = its parameters are {0}
    它的参数有：{0}
    = types are {0}
    可用的类型：{0}
    = the seed belongs to the recipe: write 'seed:' at its top
    随机种子属于整个配方：在最上层写 'seed:'
    = '{0}' names a credential, and declared variables are recorded
    '{0}' 是密钥的名字，而声明的变量会被记录下来
    = leave it out: fetch reads its tokens from the environment itself
    去掉它：fetch 自己会从环境变量读取密钥
    = stage '{0}' needs '{1}'
    阶段 '{0}' 缺少 '{1}'
    = stage '{0}' needs '{1}' with '{2}: {3}'
    阶段 '{0}' 在 '{2}: {3}' 时还需要 '{1}'
    = unknown kind '{0}' of stage '{1}'
    阶段 '{1}' 的 kind '{0}' 不存在
    = stage '{0}' has no 'kind'
    阶段 '{0}' 没有写 'kind'
    = stage '{0}' must be a map with a 'kind', not {1}
    阶段 '{0}' 应该是带 'kind' 的映射，而不是 {1}
    = there is no stage '{0}'
    没有阶段 '{0}'
    = the recipe '{0}' has no stage '{1}'
    配方 '{0}' 没有阶段 '{1}'
    = a file's path starts with './' or '/': '{0}'
    文件路径以 './' 或 '/' 开头：'{0}'
    = '{0}' of stage '{1}': '#{2}' is not a number of rows
    阶段 '{1}' 的 '{0}'：'#{2}' 不是条数
    = write '{0}#2000' to take 2000 rows
    写 '{0}#2000' 表示取 2000 条
    = '{0}' of stage '{1}' must be {2}, not {3}
    阶段 '{1}' 的 '{0}' 应该是{2}，而不是 {3}
    = '{0}' of stage '{1}': the value {2} is too large
    阶段 '{1}' 的 '{0}'：值 {2} 太大
    = '{0}' of stage '{1}': the value {2} is not a finite number
    阶段 '{1}' 的 '{0}'：值 {2} 不是有限的数
    = '{0}' of stage '{1}' takes {2}, but '{3}' produces {4}
    阶段 '{1}' 的 '{0}' 需要{2}，但 '{3}' 产出的是{4}
    = '{0}' of stage '{1}': there is no file '{2}'
    阶段 '{1}' 的 '{0}'：没有文件 '{2}'
    = '{0}' of stage '{1}' takes one stage or file, not a list
    阶段 '{1}' 的 '{0}' 只接受一个阶段或文件，不能是列表
    = looked for {0}
    找过 {0}
    = a string
    字符串
    = true or false
    true 或 false
    = a map
    映射
    = a value
    一个值
    = a word or a number
    词或数字
    = a number
    数字
    = an integer
    整数
    = a number above {0}
    大于 {0} 的数
    = a number of at least {0}
    不小于 {0} 的数
    = a number from {0} to {1}
    {0} 到 {1} 的数
    = an integer of at least {0}
    不小于 {0} 的整数
    = an integer from {0} to {1}
    {0} 到 {1} 的整数
    = one of {0}
    {0} 之一
    = a ratio such as "1:5"
    "1:5" 这样的比例
    = a URI such as hf:org/name or file:path
    hf:组织/名字 或 file:路径 这样的地址
    = a list of {0}
    {0} 的列表
    = a map of names to {0}
    从名字到 {0} 的映射
    = a model
    模型
    = a dataset
    数据集
    = tokens
    分词结果（tokens）
    = an adapter
    适配器
    = a report
    报告
    = a service
    服务
    = files
    文件
    = a model or files
    模型或文件
    = a dataset or files
    数据集或文件
    = an adapter or files
    适配器或文件
    = write it in brackets: {0}
    写在方括号里：{0}
    = quote it: {0}
    加上引号：{0}
    = remove the quotes
    去掉引号
    = write true
    写 true
    = write false
    写 false
    = stage '{0}' needs itself
    阶段 '{0}' 依赖自己
    = stages need each other in a cycle: {0}
    阶段互相依赖，成了环：{0}
    = remove one of these references
    去掉其中一个引用
    = '${{0}}': there is no '{1}' under 'vars'
    '${{0}}'：'vars' 里没有 '{1}'
    = there is no '{0}' under 'vars'
    'vars' 里没有 '{0}'
    = the environment variable '{0}' is not declared
    环境变量 '{0}' 没有声明
    = the environment variable '{0}' is not set
    环境变量 '{0}' 没有设置
    = add it under 'env:'
    在 'env:' 里加上它
    = set it, or give a default: env: { {0}: … }
    设置它，或给一个默认值：env: { {0}: … }
    = declared variables are recorded with the run
    声明的变量会随运行记录下来
    = '${' without a '}'
    '${' 没有对应的 '}'
    = close it, or write '$${' for a plain '${'
    补上 '}'；如果就是要写 '${'，写成 '$${'
    = '{0}' cannot name a stage
    '{0}' 不能用作阶段名
    = use letters, digits, '_' and '-', a letter first
    用字母、数字、'_' 和 '-'，以字母开头
    = the recipe has no stages
    配方里没有阶段
    = write at least one under 'stages:'
    在 'stages:' 下至少写一个
    = add 'stages:', or 'pipeline:' with the name of one
    加上 'stages:'，或用 'pipeline:' 指定一个流水线
    = the file is empty
    文件是空的
    = a recipe needs 'stages:' or 'pipeline:'
    配方需要 'stages:' 或 'pipeline:'
    = a recipe is a map of keys and values
    配方应该是键和值组成的映射
    = begin with 'name:' and 'stages:'
    从 'name:' 和 'stages:' 开始写
    = there is no pipeline '{0}'
    没有流水线 '{0}'
    = pipelines lie in a folder pipelines/ beside recipes/
    流水线放在与 recipes/ 并列的 pipelines/ 文件夹里
    = pipeline '{0}' has no parameter '{1}'
    流水线 '{0}' 没有参数 '{1}'
    = pipeline '{0}' needs the parameter '{1}'
    流水线 '{0}' 需要参数 '{1}'
    = add it under 'with:'
    在 'with:' 里加上它
    = nothing reads '${{0}}'
    没有地方用到 '${{0}}'
    = remove it, or use it
    删掉它，或用上它
    = {0} must be a map, not {1}
    {0} 应该是映射，而不是 {1}
    = {0} must be a string, not {1}
    {0} 应该是字符串，而不是 {1}
    = 'seed' must be an integer of at least 0, not {0}
    'seed' 应该是不小于 0 的整数，而不是 {0}
    = an override is written path=value
    -S 的写法是 路径=值
    = '{0}' is not a path
    '{0}' 不是路径
    = write a path such as train.lora.rank
    写成 train.lora.rank 这样的路径
    = '{0}' names no parameter
    '{0}' 没有指向任何参数
    = write STAGE.PARAMETER, vars.NAME, with.NAME or seed
    写成 阶段.参数、vars.名字、with.名字 或 seed
    = {0} more errors are not shown
    还有 {0} 个错误没有列出
    = fix these first
    先改好这些
    = there is no recipe '{0}'
    没有配方 '{0}'
    = recipes here: {0}
    这里的配方有：{0}
    = there is no recipe in {0}
    {0} 里没有配方
    = write one with 'lorapipe init'
    用 'lorapipe init' 新建一个
    = which recipe?
    要运行哪个配方？
    = name one of these
    写出其中一个
    = no workspace here: neither this folder nor one above it holds recipes/ or runs/
    这里不是工作区：这个文件夹和它上面的都没有 recipes/ 或 runs/
    = make one with 'lorapipe init', or name a folder with -C
    用 'lorapipe init' 新建，或用 -C 指定文件夹
    = there is no run yet
    还没有运行过
    = start with: lorapipe run
    先执行：lorapipe run
    = there is no run '{0}'
    没有运行 '{0}'
    = 'lorapipe runs' lists them
    'lorapipe runs' 会列出来
    = no run failed or was stopped
    没有失败或中断的运行
    = name one, or start with: lorapipe run
    指定一个，或先执行：lorapipe run
    = there is no artifact '{0}'
    没有产物 '{0}'
    = 'lorapipe cache ls' lists them
    'lorapipe cache ls' 会列出来
    = there is no model '{0}'
    没有模型 '{0}'
    = give a model's folder, a GGUF file, a stage of the newest run, or a run ('lorapipe runs' lists them)
    给出模型文件夹、GGUF 文件、最近一次运行的阶段，或一次运行（'lorapipe runs' 会列出来）
    = there is no tokenize stage '{0}' in the newest runs
    最近的运行里没有 tokenize 阶段 '{0}'
    = run one first: lorapipe run --until {0}
    先运行：lorapipe run --until {0}
    = '{0}' is there already
    '{0}' 已经存在
    = name a new one
    换一个新名字
    = this would take about {0} on this machine, {1}
    在这台机器上大约要 {0}，{1}
    = start it anyway with --yes; 'lorapipe plan' shows how long each stage takes
    加 --yes 可以照样开始；'lorapipe plan' 会列出每个阶段要多久
    = the stage was killed (signal 9), most likely by the kernel because memory ran out
    阶段被杀掉了（信号 9），多半是内存不够，被系统终止
    = lower its memory need (shorter sequences, smaller packs) or raise what the machine offers
    减少内存用量（缩短序列、减小 pack），或换内存更大的机器
    = the stage crashed with signal {0} ({1})
    阶段崩溃了，信号 {0}（{1}）
    = the stage ended with status {0} and no result
    阶段以状态 {0} 结束，没有给出结果
    = the run needs about {0} MiB of disk and {1} MiB are free
    运行大约需要 {0} MiB 磁盘，只剩 {1} MiB
    = free some space ('lorapipe cache gc -n' says what can go)
    腾出一些空间（'lorapipe cache gc -n' 会列出可以清理的）
    = a stage needs about {0} MiB of memory and may use {1} MiB
    有阶段大约需要 {0} MiB 内存，最多只能用 {1} MiB
    = use a smaller model or shorter sequences, or raise the limit with --memory
    换小一点的模型、缩短序列，或用 --memory 提高上限
    = the source of '{0}' is neither pinned nor in the lock file
    '{0}' 的来源既没固定版本，也不在锁文件里
    = offline: the last known state of the source of '{0}' is used
    离线：'{0}' 的来源使用上次得知的版本
    = the source of '{0}' could not be asked; its last known state is used
    '{0}' 的来源连不上，使用上次得知的版本
    = '{0}' comes before what was asked for and is not built
    '{0}' 在指定的阶段之前，还没有结果
    = run without --from
    去掉 --from 再运行
    = no value for {0} in '{1}'
    '{1}' 里的 {0} 没有值
    = row {0}: {1}
    第 {0} 条：{1}
    = Give it a value under values: (now: {0}). If it is to stay, name it under keep:.
    在 values: 里给它一个值（现有：{0}）。如果要原样保留，把它写进 keep:。
    = cannot open '{0}': {1}
    打不开 '{0}'：{1}
    = Check the path.
    检查路径。
    = No such file or directory
    没有这个文件或文件夹
    = cannot tell the data format of '{0}' from its name
    从名字看不出 '{0}' 是什么数据格式
    = Unpack it first.
    请先解压。
    = '{0}' is neither a file nor a folder
    '{0}' 既不是文件，也不是文件夹
    = Write the rows to a file whose name ends in {0}.
    把数据写到以 {0} 结尾的文件里。
    = Fix these rows, or skip bad rows with on_bad_row: drop.
    改好这些数据，或用 on_bad_row: drop 跳过坏数据。
    = '{0}' has a batch of {1} rows, more than its {2} rows
    '{0}' 的批次有 {1} 条，比它的 {2} 条数据还多
    = lower batch_size
    减小 batch_size
    = '{0}' reads '{1}', which has no row that can be used
    '{0}' 读取的 '{1}' 里没有一条可用的数据
    = fix its rows; lorapipe data lint FILE names them all
    改好这些数据；lorapipe data lint 文件 会全部列出来
    = '{0}' takes '{1}', made with another model's tokenizer than '{2}'
    '{0}' 用的 '{1}' 是用另一个模型（不是 '{2}'）的分词器做的
    = give the tokenize stage the same model
    让 tokenize 阶段用同一个模型
    = '{0}' takes the adapter '{1}', which belongs to another base than '{2}'
    '{0}' 用的适配器 '{1}' 属于另一个基座，不是 '{2}'
    = give '{0}' the model the adapter is trained on
    让 '{0}' 用训练这个适配器的模型
    = {0} of {1} '{2}' probes were answered rightly, fewer than the {3} required
    '{2}' 的 {1} 道测试题答对 {0} 道，低于要求的 {3}
    = train longer or on more rows, or lower require
    多训练一些、多加数据，或降低 require
    = there is no pip on this machine, and a pip: source is taken with it
    这台机器没有 pip，而 pip: 来源要用它下载
    = Install it: sudo apt-get install -y python3-pip
    安装它：sudo apt-get install -y python3-pip
    = cannot listen on {0}:{1}: {2}
    不能监听 {0}:{1}：{2}
    = choose another port with --port, or stop what uses this one
    用 --port 换一个端口，或停掉占用它的程序
    = cannot enter folder '{0}': {1}
    不能进入文件夹 '{0}'：{1}
    = unknown command '{0}'
    没有命令 '{0}'
    = unknown option '{0}'
    没有选项 '{0}'
    = '{0}' takes no value
    '{0}' 不带值
    = '{0}' needs a value: {1}
    '{0}' 需要一个值：{1}
    = '{0}' is given twice
    '{0}' 写了两次
    = '{0}' needs a command
    '{0}' 后面需要一个命令
    = missing {0}
    缺少 {0}
    = unexpected argument '{0}'
    多余的参数 '{0}'
    = {0} takes a whole number, not '{1}'
    {0} 需要整数，而不是 '{1}'
    = {0} takes a number of at least {1}, not {2}
    {0} 需要不小于 {1} 的数，而不是 {2}
    = {0} takes a number from {1} to {2}, not {3}
    {0} 需要 {1} 到 {2} 的数，而不是 {3}
    = {0} takes a number, not '{1}'
    {0} 需要数字，而不是 '{1}'
    = {0} takes a size such as 512M or 2G, not '{1}'
    {0} 需要 512M、2G 这样的大小，而不是 '{1}'
    = {0} takes one of {1}, not '{2}'
    {0} 只能是 {1} 之一，而不是 '{2}'
    = choose one of --text, --mermaid and --dot
    --text、--mermaid、--dot 只能选一个
    = {0} reruns: {1}
    {0} 重跑：{1}
    = {0} would rerun: {1}
    {0} 会重跑：{1}
    = {0} reran: {1}
    {0} 重跑了：{1}
    = {0} runs for the first time
    {0} 第一次运行
    = {0} would run for the first time
    {0} 会第一次运行
    = {0} ran for the first time
    {0} 当时是第一次运行
    = {0} is decided after an earlier stage has run
    {0} 要等前面的阶段运行之后才能确定
    = {0} is cached
    {0} 已缓存
    = input '{0}' changed
    输入 '{0}' 变了
    = forced
    强制
    = its artifact is missing or damaged
    它的产物缺失或损坏
    = this version of lorapipe computes it differently
    这个版本的 lorapipe 计算方法不同
    = continuing from the checkpoint of step {0}
    从第 {0} 步的检查点继续
    = waiting: another run is building the same artifact
    等待：另一个运行正在生成同样的产物
    = {0} of {1} pieces were tokenized before and are reused
    {1} 块数据里有 {0} 块以前分过词，直接使用
    = stopped early: the validation loss no longer fell
    提前停止：验证 loss 不再下降
    = the tokens of {0} were counted before
    {0} 的 token 以前数过
    = it answers: {0}
    它的回答：{0}
    = {0} rows longer than {1} tokens were left out
    有 {0} 条超过 {1} 个 token，没有使用
    = {0} rows without a learned token were left out
    有 {0} 条没有可学的 token，没有使用
    = there are no validation rows: no loss is measured (mix has validation: 0.1)
    没有验证集，不测量 loss（可在 mix 里设 validation: 0.1）
    = one of: {0}
    可用的有：{0}
    = '${{0}}' names nothing
    '${{0}}' 没有指向任何东西
    = write '${vars.…}', '${env.…}', '${params.…}' or '${matrix.…}', or '$${' for a plain '${'
    写 '${vars.…}'、'${env.…}'、'${params.…}' 或 '${matrix.…}'；如果就是要写 '${'，写成 '$${'
    = cannot read the Parquet file '{0}': {1}
    读不了 Parquet 文件 '{0}'：{1}
    = it is too short for a Parquet file
    文件太短，不是 Parquet 文件
    = '{0}' of stage '{1}': '#{2}' takes no row
    阶段 '{1}' 的 '{0}'：'#{2}' 一条也不取
    = the loss of {0} is not a number
    {0} 的 loss 不是数字
    = the weights of the model or the adapter hold a NaN or an infinity: fetch or train them again
    模型或适配器的权重里有 NaN 或无穷大：请重新下载或重新训练
    = the base's weights hold a NaN or an infinity: fetch them again; else look at the rows named
    基座的权重里有 NaN 或无穷大：请重新下载；否则检查列出的数据
    = a context of {0} tokens was asked for, and the model was made for {1} positions
    要求的上下文是 {0} 个 token，而模型只支持 {1} 个位置
    = ask for at most {0}, or give the model's config.json rope_parameters that reach further
    最多要求 {0}，或在模型的 config.json 里写能到更远位置的 rope_parameters
    = a page says it has {0} values
    某一页声称有 {0} 个值
    = {0}: in {1} of {2}, serving would put other tokens before an answer
    {0}：{2} 里有 {1} 在部署时，回答前面的 token 会不一样
    = columns: no row has a column '{0}'
    columns：没有一条数据有列 '{0}'
    = Compare it with the names that 'lorapipe data inspect' prints.
    请与 'lorapipe data inspect' 显示的列名对照。
    = '{0}' is not UTF-8 text: it looks like {1}
    '{0}' 不是 UTF-8 文本：看起来是 {1}
    = Declare it with encoding: {0} (--encoding {1} on the command line), or convert the file: iconv -f {2} -t UTF-8 FILE > NEW.
    写上 encoding: {0}（命令行用 --encoding {1}），或转换文件：iconv -f {2} -t UTF-8 文件 > 新文件。
    = the bytes {0} are no character of {1}
    字节 {0} 不是 {1} 的字符
    = Check encoding: {0}, or repair the file.
    请检查 encoding: {0}，或修复文件。
    = chosen rows have flaws: {0}
    选中的数据有问题：{0}
    = lorapipe data lint names the rows and what to do.
    lorapipe data lint 会列出是哪些数据、该怎么办。
    = {0} rows were cut before their answer ends, and teach the model not to stop. Raise max_length, or set on_long_row: drop
    {0} 条数据在回答结束前被截断，会教模型停不下来。请调大 max_length，或设 on_long_row: drop
    = {0} nearly the same as another (at least 80 % of their five-word or five-character runs), in {1}; the largest has {2}
    {0}与另一条几乎相同（五词或五字片段至少 80 % 相同），共 {1}；最大的一组有 {2} 条
    = Keep one of each, or set deduplicate: near in mix.
    每组留一条，或在 mix 里写 deduplicate: near。
    = {0} with control tokens of a chat template in their text
    {0}的文本里有对话模板的控制符
    = Remove them, or split the text into messages; the chat template writes them itself.
    去掉它们，或把文本拆成多条消息；控制符由对话模板自己写。
    = {0} with <think> or </think> without its other half in an answer
    {0}的回答里 <think> 与 </think> 不成对
    = Write both, or neither: the model learns not to close its reasoning.
    要么都写，要么都不写：否则模型学不会结束思考。
    = {0} with reasoning in <think>, {1} without
    {0}带 <think> 思考，{1} 条不带
    = {0} in which the model calls itself another's: {1}
    {0}里模型自称是别家的：{1}
    = Remove them, or put your own names in.
    删掉它们，或换成自己的名字。
    = {0} that refuse, or speak as 'an AI language model'
    {0}拒绝回答，或自称“AI 语言模型”
    = {0} whose answer opens with a stock phrase
    {0}的回答以套话开头
    = {0} whose long answer ends inside a sentence, where {1} end with one
    {0}的长回答在句子中间断开，而 {1} 条完整收尾
    = Complete or remove them: the model learns to stop anywhere.
    补全或删掉它们：否则模型会在任何地方停下。
    = a comma inside { } ends a value; put quotes around the text
    { } 里的逗号会结束一个值，请给这段文字加引号
    = a comma inside { } ends a value; put quotes around the text: {0}: "{1}"
    { } 里的逗号会结束一个值，请给这段文字加引号：{0}: "{1}"
    = '{0}' under 'vars' has no value
    'vars' 里的 '{0}' 没有值
    = '{0}' of {1} has no value
    {1} 的 '{0}' 没有值
    = '{0}' produces {1}: write {2}: {3}
    '{0}' 产出的就是 {1}：写 {2}: {3}
    = add the stage  {0}  and write {1}: {2}
    加上这个阶段  {0}  然后写 {1}: {2}
    = it is at {0}
    文件在 {0}
    = write a map of names to values: {0}
    写成名字到值的映射：{0}
    = write {0}=…
    写成 {0}=…
    = leave 'stages.' out: write {0}=…
    去掉 'stages.'：写 {0}=…
    = '{0}' is a page of a hub, not a file
    '{0}' 是模型库的网页，不是文件
    = Write {0}.
    写成 {0}。
    = values: has '{0}'; write {1} there: upper and lower case matter.
    values: 里写的是 '{0}'，应写 {1}：区分大小写。
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
    = training is a stage of a recipe: lorapipe run, or lorapipe run --until train; 'lorapipe init' writes a recipe
    训练是配方里的一个阶段：lorapipe run，或 lorapipe run --until train；'lorapipe init' 会写一个配方
    = measuring is a stage of a recipe: lorapipe run --until eval; lorapipe show -s eval prints what it found
    评测是配方里的一个阶段：lorapipe run --until eval；lorapipe show -s eval 打印结果
    = write: lorapipe generate 'Who are you?', or lorapipe chat
    请写：lorapipe generate '你是谁?'，或 lorapipe chat
    = write: lorapipe pull modelscope:ORG/NAME
    请写：lorapipe pull modelscope:组织/名称
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
    = lorapipe status and lorapipe show print curves; lorapipe show --tensorboard DIR writes event files
    lorapipe status 和 lorapipe show 会打印曲线；lorapipe show --tensorboard 目录 写事件文件
    = lorapipe is installed by pip, by a Debian package or from source; see README.md
    lorapipe 用 pip、Debian 包或源码安装，见 README.zh-CN.md
    = for a model of a hub write {0}
    模型库里的模型请写 {0}
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
    = lorapipe does not need it; for other tools install its driver
    lorapipe 用不着它；别的工具要用的话请装驱动
    = {0} found; not used: lorapipe computes on the CPU
    找到 {0}；没有使用：lorapipe 用 CPU 计算
    = to train on it, use ms-swift with the same data: docs/coming-from-other-tools.md
    想用它训练，可以拿同样的数据用 ms-swift：见 docs/coming-from-other-tools.md
    = {0}: other programs may not show Chinese; messages are in {1}
    {0}：别的程序可能显示不了中文；消息语言 {1}
    = export LANG=C.UTF-8, or LANG=zh_CN.UTF-8 for messages in Chinese
    export LANG=C.UTF-8；想看中文消息用 LANG=zh_CN.UTF-8
    = {0}: messages are in {1}
    {0}：消息语言 {1}
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
    = mix more general rows (ratio 1:5), in each language of the identity rows, or train fewer epochs
    多混一些通用数据（ratio 1:5），身份数据有哪种语言就要有哪种语言的通用数据，或减少训练轮数
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

    = {0} whose answer repeats itself
    {0}的回答自我重复
    = {0} with characters that a wrong encoding left
    {0}里有编码错误留下的乱码
    = {0} with characters that nobody sees
    {0}里有看不见的字符
    = {0} with an earlier row's question and an answer that shares hardly a word with that row's
    {0}与前面某条问题相同，回答却几乎没有相同的词
    = every row can be read
    每条数据都能读
    = {0} of {1} rows cannot be read
    {1} 条数据中有 {0} 条读不了
    = all rows have one shape{0}
    所有数据都是同一种格式{0}
    = rows have several shapes: {0}
    数据有多种格式：{0}
    = Write all rows in one shape.
    请统一成一种格式。
    = rows differ in their columns; most have {0}
    各条数据的列不同；多数有 {0}
    = there are no rows to learn from
    没有可以学习的数据
    = only {0} rows
    只有 {0} 条数据
    = Aim for a few hundred varied rows.
    最好有几百条各不相同的数据。
    = median {0}, 95 % up to {1}, longest {2} characters
    长度中位数 {0}，95 % 不超过 {1}，最长 {2} 个字符
    = no two rows are equal
    没有两条相同的数据
    = {0} ({1}) equal to an earlier one
    {0}（{1}）与前面某条相同
    = Remove them, or set deduplicate: exact in mix.
    删掉它们，或在 mix 里写 deduplicate: exact。
    = no question is asked twice
    没有重复的问题
    = {0} with an earlier row's question and another answer
    {0}与前面某条问题相同而回答不同
    = Keep those where both answers are right.
    两个回答都对的可以保留。
    = one language has few rows: {0}
    有一种语言的数据很少：{0}
    = Is this intended? Otherwise add rows in this language.
    是有意的吗？不是的话请补充这种语言的数据。
    = no placeholder is left
    没有残留的占位符
    = {0} with placeholders such as {{NAME}}
    {0}含有 {{NAME}} 这样的占位符
    = Fill them with a substitute stage before training.
    训练前用 substitute 阶段填上。
    = every answer says something
    每个回答都有内容
    = every role is known
    每个角色都认识
    = every column is used
    每一列都用到了
    = columns not used: {0}
    没有用到的列：{0}
    = no text holds a control token of a chat template
    文本里没有对话模板的控制符
    = every <think> is closed
    每个 <think> 都成对
    = turns alternate
    对话轮流进行
    = {0} whose turns are not in the usual order
    {0}的对话轮次不正常
    = Let user and assistant alternate, the system prompt first, an answer last.
    让 user 与 assistant 轮流，system 在最前，以回答结尾。
    = rows that use tools offer them
    用到工具的数据都提供了工具
    = {0} that call or answer as a tool, and offer no tools
    {0}调用了工具却没有提供工具
    = Give the row a column 'tools' with the functions it may call.
    给数据加一列 'tools'，写上可以调用的函数。
    = no text looks wrongly decoded
    没有编码错误的文本
    = Read the original file in its own encoding (encoding:), or remove the rows.
    用原来的编码重读原文件（encoding:），或删掉这些数据。
    = every character is visible
    每个字符都看得见
    = Remove them: they are tokens of their own, and the model learns to write them.
    删掉它们：它们各占 token，模型会学着写出来。
    = no text holds HTML entities
    文本里没有 HTML 实体
    = {0} with HTML entities in plain text
    {0}的普通文本里有 HTML 实体
    = every block of code is closed
    每个代码块都已闭合
    = {0} with a block of code that is not closed
    {0}里有没闭合的代码块
    = Close it with ```; an open one often means that the answer was cut.
    用 ``` 闭合；没闭合往往说明回答被截断了。
    = no answer repeats itself
    没有自我重复的回答
    = Remove them: a model learns to repeat from few such rows.
    删掉它们：这样的数据不用多，模型就会学会重复。
    = no answer repeats its question
    没有照抄问题的回答
    = {0} whose answer only repeats the question
    {0}的回答只是照抄问题
    = Answer the question, or remove the row.
    写出回答，或删掉这条数据。
    = no answer refuses
    没有拒绝回答的数据
    = Keep those that are meant; the others teach the model to refuse.
    保留有意的；其余会教模型拒绝回答。
    = answers open with what they say
    回答开门见山
    = Cut the phrase, unless the model is to begin every answer with it.
    去掉套话，除非就想让模型这样开头。
    = answers are in the script of their questions
    问答使用同一种文字
    = {0} whose question and answer are in different scripts
    {0}的问与答使用不同的文字
    = Check that these are translations, or meant so.
    请确认它们是翻译，或有意如此。
    = no checked number of a person or secret
    没有带校验码的个人号码或密钥
    = {0} with numbers of identity cards, bank accounts or secret tokens
    {0}含有身份证号、银行账号或密钥
    = Remove or replace them: a model can recite what it learned.
    删掉或替换它们：模型会背出学过的内容。
    = no row thinks
    没有带思考的数据
    = every row thinks
    每条数据都带思考
    = Train them apart, or write an empty <think></think> where there is no reasoning, as the model's template does.
    分开训练，或像模型模板那样，在没有思考的地方写空的 <think></think>。
    = no answer says that another maker's model speaks
    没有自称别家模型的回答
    = no question has answers that share hardly a word
    同一问题的回答没有互相矛盾的
    = Keep those where both answers are right, as in stories; remove the others.
    两个回答都对的（如写故事）保留，其余删掉。
    = answers end where their sentences end
    回答都完整收尾
    = no two rows are nearly the same
    没有几乎相同的数据
    = no validation row is nearly the same as a row to learn from
    验证数据与训练数据没有几乎相同的
    = {0} of the validation nearly the same as rows to learn from
    {0}验证数据与训练数据几乎相同
    = Run the mix stage again: it keeps such rows on one side.
    重新运行 mix 阶段：它会把这样的数据放在同一侧。
    = no question of the validation is learned
    验证的问题都没有学过
    = questions of the validation that are also learned
    训练数据里也有的验证问题
    = Their loss measures memory: remove the copies, or validate on other rows.
    它们的损失测的是记忆：删掉重复，或换别的数据验证。
    = no probe is learned
    测试问题都没有学过
    = probes that are also learned
    训练数据里也有的测试问题
    = They measure memory. Ask what the rows do not ask to measure what was understood.
    它们测的是记忆。要测理解，请问数据里没有的问题。
    = every source has its share of what is learned
    每个来源在学习内容里都占应有的份额
    = a source has less than a third of its share in what is learned
    有一个来源在学习内容里不到应有份额的三分之一
    = Answers of other sources are far longer: mix by: tokens, or raise this source's share.
    其他来源的回答长得多：用 by: tokens 混合，或提高这个来源的份额。
    = {0}: {1} in the same words, {2} with twelve words in a row of one
    {0}：原样 {1} 个，有十二个词连续相同的 {2} 个
    = {0} groups
    {0} 组
    = {0} groups, {1} of them across sources
    {0} 组，其中 {1} 组跨来源
    = {0} rows
    {0} 条数据
    = 1 row
    1 条数据
    """#
}
