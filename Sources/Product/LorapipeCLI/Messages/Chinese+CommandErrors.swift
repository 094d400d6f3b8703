extension Chinese {
  /// Errors of commands and runs; and why a stage runs again.
  static let commandErrors = #"""
    = {0} is in a remote cache
    {0} 在远程缓存里
    = {0} ran in {1}, for the first time
    {0} 在 {1} 里第一次运行
    = {0} ran in {1}: {2}
    {0} 在 {1} 里运行过：{2}
    = {0} → unset ({1})
    {0} → 未设置（{1}）
    = {0} → unset
    {0} → 未设置
    = {0} unset → {1}
    {0} 未设置 → {1}
    = tokens, at about {0} a row
    token 数（每条约 {0} 个）
    = tokens in all
    token 总数
    = a list
    列表
    = a list of strings
    字符串列表
    = no run has made a model yet
    还没有运行产出过模型
    = there is no file or folder '{0}'
    没有文件或文件夹 '{0}'
    = give a model's folder, a GGUF file, a stage or a run
    请给出模型文件夹、GGUF 文件、阶段或运行
    = '{0}' is no LoRA adapter
    '{0}' 不是 LoRA 适配器
    = give a folder with adapter_config.json
    请给出含有 adapter_config.json 的文件夹
    = '{0}' is an adapter, and nothing says which model it belongs to
    '{0}' 是适配器，但不知道它属于哪个模型
    = give the model, and the adapter with --adapter
    请给出模型，并用 --adapter 给出适配器
    = run the serve stage again
    请重新运行 serve 阶段
    = there is no file '{0}'
    没有文件 '{0}'
    = cannot read '{0}'
    无法读取 '{0}'
    = cannot read {0}: {1}
    无法读取 {0}：{1}
    = cannot write {0}: {1}
    无法写入 {0}：{1}
    = it is not JSON: {0} (column {1})
    不是 JSON：{0}（第 {1} 列）
    = it is not a JSON object
    不是 JSON 对象
    = has no message to answer
    没有要回答的消息
    = it cannot be answered
    无法回答
    = '{0}' holds something else than answers to these rows
    '{0}' 里不是这些数据的回答
    = give another file with --output, or move this one away
    用 --output 换一个文件，或把它移走
    = run {0} has no curves
    运行 {0} 没有曲线
    = name a run with a trained stage
    请指定有训练阶段的运行
    = '{0}' has no curve '{1}'
    '{0}' 没有曲线 '{1}'
    = it has none yet
    它还没有曲线
    = its curves are {0}
    它的曲线有：{=0}
    = no run has a curve '{0}'
    没有运行有曲线 '{0}'
    = the curves are {0}
    现有曲线：{=0}
    = no run has the metric '{0}'
    没有运行有指标 '{0}'
    = '{0}' is a metric of more than one stage
    有几个阶段都有指标 '{0}'
    = the metrics are {0}
    现有指标：{=0}
    = name one of {0}
    请写其中一个：{=0}
    = name one of: {0}
    请写其中一个：{=0}
    = run {0} has no stage '{1}'
    运行 {0} 没有阶段 '{1}'
    = '{0}' has no log: it did not run in {1}, nor in any run before
    '{0}' 没有日志：它在 {1} 和更早的运行里都没有运行过
    = there is no kind of stage '{0}'
    没有阶段类型 '{0}'
    = there is no run '{0}': only {1} here
    没有运行 '{0}'：这里只有 {1} 个
    = '{0}' could be {1}
    '{0}' 可能指 {1}
    = give more of the identifier
    请把编号写长一些
    = the run {0} is still running
    运行 {0} 还在进行
    = stop it first, with Ctrl-C or SIGINT
    请先用 Ctrl-C 或 SIGINT 停止它
    = the run {0} is '{1}'
    运行 {0} 有别名 '{1}'
    = remove the alias first: lorapipe runs alias --remove {0}
    先去掉别名：lorapipe runs alias --remove {0}
    = '{0}' cannot be an alias: it already means a run
    '{0}' 不能当别名：它已经指一次运行
    = '{0}' is the name of a recipe, so it already means the newest run of that recipe
    '{0}' 是配方名，已经表示这个配方最近一次运行
    = choose another alias
    请换一个别名
    = use letters, digits, '.', '_' and '-', at most {0}
    用字母、数字、'.'、'_' 和 '-'，最多 {0} 个
    = '--serve' keeps one run up, and this recipe makes {0}; run it, then: lorapipe serve RUN
    '--serve' 只能部署一次运行，而这个配方有 {0} 次；先运行，再执行：lorapipe serve 运行
    = the recipe '{0}' has no serve stage; add one, such as serve: { kind: serve, model: … }
    配方 '{0}' 没有 serve 阶段；请加一个，例如 serve: { kind: serve, model: … }
    = '--serve' keeps one service up; name its stage: {0}
    '--serve' 只能启动一个服务；请指定它的阶段：{=0}
    = '--serve' needs the stage '{0}', which is not among those asked for
    '--serve' 需要阶段 '{0}'，但没有要求运行它
    = the stage '{0}' left no service to start
    阶段 '{0}' 没有留下可以启动的服务
    = '--adapter' takes NAME=PATH, not '{0}'
    '--adapter' 要写成 名字=路径，而不是 '{0}'
    = libmicrohttpd is not installed
    没有安装 libmicrohttpd
    = there is no port {0}
    没有端口 {0}
    = choose one from 0 to 65535
    请选 0 到 65535
    = '{0}' is no address of this machine: {1}
    '{0}' 不是这台机器的地址：{1}
    = --host 127.0.0.1 is this machine alone, and --host 0.0.0.0 all of its addresses
    --host 127.0.0.1 只供本机访问，--host 0.0.0.0 监听本机的全部地址
    = ports below 1024 are the system's: choose another with --port
    1024 以下的端口归系统使用：请用 --port 换一个
    = the model was not ready within a minute
    模型一分钟内没有准备好
    = two models of the service are named '{0}'
    服务里有两个模型都叫 '{0}'
    = give each adapter a name of its own
    每个适配器要有自己的名字
    = look at them with: lorapipe tokens show {0}
    用这条命令查看：lorapipe tokens show {0}
    = '{0}' is a mix: --include, --columns and --encoding have no meaning there
    '{0}' 是混合结果：用不到 --include、--columns 和 --encoding
    = --split is for the rows of a mix
    --split 只用于混合结果
    = --columns '{0}' is not NAME=NEW
    --columns '{0}' 不是 旧名=新名 的写法
    = --columns '{0}' is not a JSON map of names
    --columns '{0}' 不是列名的 JSON 映射
    = --columns: the new name of '{0}' must be a text
    --columns：'{0}' 的新名字应该是文本
    = Use a column ask, query or question.
    请用列 ask、query 或 question。
    = --ollama, --vllm and --mlx write different things: give one
    --ollama、--vllm 和 --mlx 写出的东西不同：只写一个
    = an adapter keeps its dtype: --dtype goes with --merge
    适配器保持自己的数据类型：--dtype 要和 --merge 一起用
    = vLLM loads adapters from folders: name one
    vLLM 从文件夹加载适配器：请写文件夹名
    = --vllm and --mlx write a folder: name one
    --vllm 和 --mlx 写出的是文件夹：请写文件夹名
    = a folder holds no quantized weights: give a name that ends in .gguf
    文件夹不能放量化权重：请写以 .gguf 结尾的名字
    = '{0}' lies in the model's own folder
    '{0}' 在模型自己的文件夹里
    = name one outside it
    请写它外面的位置
    = name another file with --output, or add --force to replace it
    用 --output 换一个文件名，或加 --force 覆盖它
    = name at least one file
    请至少写一个文件
    = invalid UTF-8: byte 0x{0}
    不是 UTF-8：字节 0x{0}
    = save the file as UTF-8
    请把文件存成 UTF-8
    = the file is UTF-16
    文件是 UTF-16
    = save it as UTF-8
    请存成 UTF-8
    = offline, and the source of '{0}' was never asked what it holds
    处于离线状态，而 '{0}' 的来源从未查询过
    = run once with the network, or give a local copy: source: file:…
    请联网运行一次，或给本地文件：source: file:…
    = no remote cache is named
    没有配置远程缓存
    = '{0}' is not a lock file
    '{0}' 不是锁定文件
    = write it again with 'lorapipe lock'
    请用 'lorapipe lock' 重新生成
    = training the 135M model takes about 1.5 GB; 'lorapipe plan' says what a recipe takes
    训练 135M 的模型约需 1.5 GB；'lorapipe plan' 会说明一个配方要多少
    = {0} cannot be written: {1}
    {0} 不可写：{1}
    = make it yours, or work in a folder that is
    请改成自己可写，或换一个文件夹
    = {0} lies on a file system without locks
    {0} 所在的文件系统不支持文件锁
    = put the workspace on a local disk
    请把工作区放到本地磁盘
    = HF_ENDPOINT (such as https://hf-mirror.com)
    HF_ENDPOINT（如 https://hf-mirror.com）
    = not set
    未设置
    = runs.db does not have all runs: {0}
    runs.db 里的运行不全：{0}
    = the runs are in their folders, and 'lorapipe runs' reads them in as soon as it can
    运行记录都在各自的文件夹里，'lorapipe runs' 会尽快读入
    = cannot read the file
    无法读取文件
    = cannot read {0}
    无法读取 {0}
    = {0} is not a file
    {0} 不是文件
    = run the recipe itself
    请运行配方本身
    = '{0}' was stopped from outside this run: its process was asked to end
    '{0}' 不是被这次运行停下的：有别的程序要求它的进程结束
    = continue with: lorapipe resume {0}
    接着跑：lorapipe resume {0}
    = the stage ended well, and its record is not in the store
    阶段正常结束，但存储里没有它的记录
    = check that every process of the run sees the same store
    请检查各进程看到的是不是同一个存储
    = the stored recipe of run '{0}' cannot be read
    读不了运行 '{0}' 保存的配方
    = run the recipe
    请运行配方
    = this program has no stage kind '{0}'
    本程序没有阶段类型 '{0}'
    = the process that runs '{0}' is another version of lorapipe than its parent
    运行 '{0}' 的进程与父进程不是同一版本的 lorapipe
    = use one version for all processes of a run
    一次运行的所有进程请用同一版本
    = the file is not UTF-8 text
    文件不是 UTF-8 文本
    = the folder '{0}' contains itself through a symbolic link
    文件夹 '{0}' 通过符号链接包含了自己
    = remove the link that points back to a folder above it
    去掉指回上层文件夹的链接
    = '{0}' is a device, socket or pipe
    '{0}' 是设备、套接字或管道
    = remove it: only files have content
    去掉它：只有文件才有内容
    = cannot start {0}: {1}
    无法启动 {0}：{1}
    = {0} ({1} recipe, {2} pipeline)
    {0}（{1} 个配方，{2} 条流水线）
    = {0} ({1} recipe, {2} pipelines)
    {0}（{1} 个配方，{2} 条流水线）
    = {0} ({1} recipes, {2} pipeline)
    {0}（{1} 个配方，{2} 条流水线）
    = {0} ({1} recipes, {2} pipelines)
    {0}（{1} 个配方，{2} 条流水线）
    = {0} answers in {1} ms; {2} set
    {0} 通，{1} 毫秒；已设置 {2}
    = not checked (--offline); {0} set
    没有检查（--offline）；已设置 {0}
    = Chinese
    中文
    = English
    英文
    = '{0}' begins {1} digests
    有 {1} 个摘要以 '{0}' 开头
    = give more of it
    请写长一些
    = name another file
    请换一个文件
    = every remote cache is only read here (push: never)
    这里的远程缓存都只读（push: never）
    = the HTTP server does not start
    HTTP 服务启动不了
    = the stage '{0}' has no input '{1}'
    阶段 '{0}' 没有输入 '{1}'
    = row {0} of '{1}' is not there
    '{1}' 没有第 {0} 条
    = the command of --notify took longer than {0} s and was ended
    --notify 的命令超过 {0} 秒，已结束
    = let it start what takes longer in the background
    费时的事请放到后台执行
    = {0} takes one of {1}, not '{2}'; did you mean '{3}'?
    {0}只能是{1}之一，而不是 '{2}'；是不是想写 '{3}'？
    = write: lorapipe {0}
    请写：lorapipe {0}
    = libcrypto could not make a key
    libcrypto 无法生成密钥
    = set LORAPIPE_REMOTE_PUSH to ci or always
    把 LORAPIPE_REMOTE_PUSH 设为 ci 或 always
    = write 'remote_caches: [ { url: … } ]' into lorapipe.yaml, or set LORAPIPE_REMOTE_CACHE to its address
    在 lorapipe.yaml 里写 'remote_caches: [ { url: … } ]'，或把 LORAPIPE_REMOTE_CACHE 设为它的地址
    = --note is for a pin that is set: leave it out with --remove
    --note 用于加固定：和 --remove 一起时请去掉它
    = --max-length goes with --model: rows have no tokens without one
    --max-length 要和 --model 一起用：没有模型就不知道有多少个 token
    = --columns gives '{0}' two new names
    --columns 给了 '{0}' 两个新名字
    = '{0}' holds tokens, not rows
    '{0}' 里是分词结果，不是数据
    = a mix holds conversations: leave out --as rows
    mix 的结果是对话：请去掉 --as rows
    = row {0}: has no question to ask
    第{0}条：没有可问的问题
    = --all and --only-changed ask for opposite things: give one
    --all 和 --only-changed 的要求相反：只写一个
    = --json has no drawn curves and no tables: leave out --curve, --smoothing and --markdown
    --json 不画曲线也没有表格：请去掉 --curve、--smoothing 和 --markdown
    = vLLM does not load
    vLLM 不会加载
    = look for a link that points back to a folder above it
    找找有没有指回上层文件夹的链接
    = '{0}' is there already, and is not '{1}'
    '{0}' 已经存在，而且不是 '{1}'
    = move one of them away, or rename yours
    移走其中一个，或给自己的改名
    = give what to push and where to: lorapipe push train hf:OWNER/NAME
    请写要上传什么、上传到哪里：lorapipe push train hf:OWNER/NAME
    = --remove takes no text
    --remove 后面不写内容
    = --tensorboard writes all curves of the run: leave out {0}
    --tensorboard 会写出这次运行的全部曲线：请去掉{0}
    = {0} draws curves of one stage: name it with --stage
    {0}画的是一个阶段的曲线：请用 --stage 写明
    = --lineage is of a run: leave out --stage
    --lineage 是整次运行的：请去掉 --stage
    = the program {0}
    程序{0}
    = the model cannot be served
    无法部署这个模型
    = {0} ends in a quote or holds three, which a Modelfile cannot quote
    {0}以引号结尾或含有连续三个引号，Modelfile 无法表示
    = Write it otherwise, and export again.
    请换一种写法，再导出一次。
    = give a folder, a stage or a run
    请给出文件夹、阶段或运行
    = there is no folder, stage or run '{0}'
    没有文件夹、阶段或运行 '{0}'
    = give a folder, a stage of the newest run, or a run ('lorapipe runs' lists them)
    请给出文件夹、最近一次运行的阶段，或一次运行（'lorapipe runs' 会列出来）
    = the run '{0}' has made no model or adapter
    运行 '{0}' 没有产出模型或适配器
    = give another run, or a folder
    换一次运行，或给出文件夹
    = '{0}' is a service, which names a model and holds none
    '{0}' 是一个服务，它只写明模型，不含模型
    = push the stage that it serves
    请上传它所部署的阶段
    = an answer begins inside the question
    回答从问题里面开始
    = a question ends otherwise before an answer
    问题在回答之前的结尾不同
    = the first question begins otherwise than later ones
    第一个问题的开头与后面的不同
    = a question without a system prompt begins otherwise
    没有系统提示词的问题开头不同
    = a conversation of {0} messages comes out otherwise
    有{0}条消息的对话结果不同
    = it leaves a message out
    它漏掉了一条消息
    = cannot write to standard output: {0}
    无法写到标准输出：{0}
    = {0} cannot be run
    {0}无法运行
    = {0} (Python {1}): nothing of it
    {0}（Python {1}）：没有装 ms-swift
    = GPU of Windows
    Windows 的 GPU
    = no AVX2
    没有 AVX2
    = the browser {0}
    浏览器{0}
    = name runs with a trained stage
    请指定有训练阶段的运行
    = the command of --notify {0}
    --notify 的命令{0}
    = write it as jsonl first: lorapipe data convert {0} -o rows.jsonl
    请先写成 jsonl：lorapipe data convert {0} -o rows.jsonl
    = is not a JSON object
    不是 JSON 对象
    = has both '{0}' and a column that is kept under this name
    同时有 '{0}' 和一个以此名保留的列
    = Rename or remove one of them.
    改名或去掉其中一个。
    = there is no store here
    这里没有存储
    = not JSON: {0}
    不是 JSON：{0}
    = there is no run '{0}': only one is here
    没有运行 '{0}'：这里只有 1 个
    = there is no run '{0}': only {1} are here
    没有运行 '{0}'：这里只有{1}个
    = there is no run '{0}': only one is here of '{1}'
    没有运行 '{0}'：这里 '{1}' 只有 1 个
    = there is no run '{0}': only {1} are here of '{2}'
    没有运行 '{0}'：这里 '{2}' 只有{1}个
    = {0} (Python {1}): {2}
    {0}（Python {1}）：{=2}
    = {0} (Python {1}): {2}; {3}
    {0}（Python {1}）：{=2}；{3}
    = '{0}' ends in .{1}, and only JSON lines are written
    '{0}' 以 .{1} 结尾，而这里只写 JSON 行
    = give the file a name that ends in .jsonl
    文件名请以 .jsonl 结尾
    = --base takes a GGUF file, a model's folder, or a source such as modelscope:Qwen/Qwen3-0.6B
    --base 可以是 GGUF 文件、模型文件夹，或 modelscope:Qwen/Qwen3-0.6B 这样的来源
    = '{0}' is one file of a model
    '{0}' 只是模型的一个文件
    = give its folder: '{0}'
    请写它所在的文件夹：'{0}'
    = '{0}' is a file of rows, not a model
    '{0}' 是数据文件，不是模型
    = look at it with 'lorapipe data inspect {0}'; to train on it, write 'lorapipe init my-model --data {1}'
    查看它：lorapipe data inspect {0}；用它训练：lorapipe init my-model --data {1}
    = '{0}' is a recipe, not a model
    '{0}' 是配方，不是模型
    = run it with 'lorapipe run {0}'
    运行它：lorapipe run {0}
    = write a recipe that trains on these rows: lorapipe init my-model --data {0}
    用这些数据生成一份配方：lorapipe init my-model --data {0}
    = write a recipe that trains this model: lorapipe init my-model --base {0}; or talk to it: lorapipe chat {1}
    为这个模型生成一份配方：lorapipe init my-model --base {0}；或与它对话：lorapipe chat {1}
    = lorapipe trains adapters on questions and answers (kind: sft) and has no other kind of training
    lorapipe 用问答数据训练适配器（kind: sft），没有别的训练方式
    = write: lorapipe runs delete RUN, and lorapipe cache gc to free the space
    请写：lorapipe runs delete 运行，再用 lorapipe cache gc 释放空间
    = It looks like {0}
    看起来是 {0}
    = Convert it: iconv -f {0} -t UTF-8 {1} > NEW.
    转换它：iconv -f {0} -t UTF-8 {1} > 新文件。
    """#
}
