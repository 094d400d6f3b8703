extension Chinese {
  /// What commands print about runs, data and models: labels, states, units and sentences.
  static let commands = #"""
    = the columns keep their names: {0}; add {1} for English ones, or --as messages
    列名保持不变：{0}；想要英文列名请加上 {1}，或用 --as messages
    = {0}:{1}: to change it, write instead of this line:
    {0}:{1}：要改的话，把这一行换成：
    = {0}:{1}: to change it, write instead of lines {2} to {3}:
    {0}:{1}：要改的话，把第 {2} 到 {3} 行换成：
    = Also list runs of commands such as merge and pull.
    同时列出 merge、pull 等命令的运行。
    = 1 run of a command ({0}) is left out: {1} runs --all lists it
    另有 1 次命令的运行（{0}）没有列出：{1} runs --all 会列出来
    = {0} runs of commands ({1}) are left out: {2} runs --all lists them
    另有 {0} 次命令的运行（{1}）没有列出：{2} runs --all 会列出来
    = run {0} did not come to stage '{1}', so this is the stage of run {2}
    运行 {0} 没有执行到阶段 '{1}'，下面是运行 {2} 的
    = '{0}' did not run in {1}; its newest run: {2} show {3} -s {4}
    '{0}' 没有在 {1} 里执行；最近一次：{2} show {3} -s {4}
    = {0} has no '{1}'; to have it, add:
    {0} 里没有 '{1}'；需要的话，请加上：
    = {0} is the recipe in English; for the one in Chinese, in a new folder:
    {0} 是英文的配方；想要中文的，请建在新文件夹里：
    = {0} is the recipe in Chinese; for the one in English, in a new folder:
    {0} 是中文的配方；想要英文的，请建在新文件夹里：
    = run {0} of {1} is in progress: both share the processor and take longer; 'lorapipe status' shows it
    {1} 的运行 {0} 正在进行：两个一起占用处理器，都会变慢；'lorapipe status' 可以查看
    = succeeded
    成功
    = running
    进行中
    = built
    已运行
    = referenced
    文件
    = pending
    等待
    = excluded
    未选
    = {0} excluded
    {0} 个未选
    = {0} built
    {0} 个已运行
    = {0} cached
    {0} 个命中缓存
    = {0} referenced
    {0} 个文件
    = {0} failed
    {0} 个失败
    = {0} interrupted
    {0} 个中断
    = {0} running
    {0} 个进行中
    = {0} pending
    {0} 个等待
    = {0} skipped
    {0} 个跳过
    = {0} stage
    {0} 个阶段
    = {0} stages
    {0} 个阶段
    = {0} row
    {0} 条数据
    = {0} token
    {0} 个 token
    = {0} core
    {0} 核
    = {0} cores
    {0} 核
    = {0} parameter
    {0} 个参数
    = {0} parameters
    {0} 个参数
    = {0} artifact
    {0} 个产物
    = {0} artifacts
    {0} 个产物
    = {0} action
    {0} 条执行记录
    = {0} actions
    {0} 条执行记录
    = {0} checkpoint
    {0} 个检查点
    = {0} checkpoints
    {0} 个检查点
    = {0} leftover
    {0} 个残留文件
    = {0} leftovers
    {0} 个残留文件
    = {0} key
    {0} 个密钥
    = {0} keys
    {0} 个密钥
    = {0} result
    {0} 个结果
    = {0} results
    {0} 个结果
    = {0} setting
    {0} 项设置
    = {0} settings
    {0} 项设置
    = {0} source
    {0} 个来源
    = {0} sources
    {0} 个来源
    = {0} steps
    {0} 步
    = {0} a step
    {0}/步
    = {0} steps/s
    {0} 步/秒
    = {0} a row
    {0}/条
    = {0} rows/s
    {0} 条/秒
    = {0} probes
    {0} 道测试题
    = {0} a probe
    {0}/题
    = {0} probes/s
    {0} 题/秒
    = {0} prompts
    {0} 条提示词
    = {0} a prompt
    {0}/条
    = {0} prompts/s
    {0} 条/秒
    = ETA {0}
    剩余 {0}
    = stage
    阶段
    = stages
    阶段
    = stages, labels
    阶段、标签
    = recipe
    配方
    = started
    开始时间
    = artifact
    产物
    = key
    缓存键
    = log
    日志
    = data
    数据
    = artifacts
    产物
    = timings
    用时
    = rows added
    条数据新增
    = rows removed
    条数据删除
    = rows changed
    条数据修改
    = better
    变好
    = worse
    变差
    = new
    新增
    = gone
    消失
    = left out
    未读入
    = not read
    不支持
    = split
    划分
    = roles
    用途
    = shapes
    格式
    = columns
    列
    = not used
    未用到
    = turns
    对话轮次
    = languages
    语言
    = duplicates
    重复
    = characters
    字符数
    = answers
    回答字符数
    = none
    无
    = warning
    警告
    = error
    错误
    = cores
    CPU 核数
    = disk
    磁盘
    = rows to learn from, at most
    训练条数（最多）
    = rows kept for validation, at most
    验证条数（最多）
    = floating-point operations
    浮点运算量
    = tokens, about
    token 数（约）
    = engine
    引擎
    = processes
    进程数
    = base on each device
    每个设备上的基座
    = adapter and optimizer
    适配器与优化器
    = activations, about
    激活值（约）
    = memory of each device, about
    每个设备的内存（约）
    = since {0}
    开始于 {0}
    = nothing is running
    没有正在进行的运行
    = no run yet; start with: lorapipe run
    还没有运行过；先执行：lorapipe run
    = started {0}
    开始于 {0}
    = , took {0}
    ，用时 {0}
    = resumes {0}
    接着 {0} 继续
    = {0} was made from
    {0} 的血缘
    = {0} row {1}: {2} tokens, {3} learned
    {0} 第 {1} 条：{2} 个 token，参与训练 {3} 个
    = {0} to learn from with {1}, {2} for validation
    训练 {0}，共 {1}；验证 {2} 条
    = row {0}
    第 {0} 条
    = , {0} cannot be read
    ，{0} 条读不了
    = {0} to learn from, {1} for validation
    训练 {0} 条，验证 {1} 条
    = domain {0}, general {1}
    领域 {0} 条，通用 {1} 条
    = , ratio 1:{0}
    ，配比 1:{0}
    = columns {0}
    列 {0}
    = {0}, system prompts in {1} rows
    {0}，其中 {1} 条带系统提示词
    = {0} to {1}, median {2}, 95 % below {3}
    {0} 到 {1}，中位数 {2}，95 % 低于 {3}
    = {0} of {1} rows are answered already
    {1} 条里已有 {0} 条回答过
    = {0} of {1} rows could not be answered
    {1} 条里有 {0} 条无法回答
    = {0}/{1} rows  {2} tokens  {3} tokens/s
    {0}/{1} 条  {2} 个 token  每秒 {3} 个 token
    = {0}: {1} of {2} translated, {3} not needed, {4} that change the result, {5} not understood
    {0}：转换了 {2} 的 {1}；没有转换的：不需要的 {3} 项，会影响结果的 {4} 项，不认识的 {5} 项
    = {0} is not understood
    不认识 {0}
    = , {0} runs
    ，{0} 次运行
    = {0}{1}, no error
    {0}{1}，没有错误
    = a pipeline, no error; {0} for its recipes to give
    流水线，没有错误；还有 {0}要由配方给出
    = wrote {0}: {1}
    已写入 {0}：{1}
    = '{0}' did not run in {1}; this is its log of {2}
    '{0}' 在 {1} 里没有运行；这是它在 {2} 里的日志
    = {0} and {1}, {2}
    {0}，{1}，共 {2}
    = damaged artifact {0}, set aside
    产物 {0} 已损坏，已移到一边
    = damaged record {0}, set aside
    记录 {0} 已损坏，已移到一边
    = the artifact of action {0} is missing
    执行记录 {0} 的产物不见了
    = everything is as recorded
    全部与记录一致
    = what is missing is made again by 'lorapipe run'
    缺失的会由 'lorapipe run' 重新生成
    = would remove
    将删除
    = removed
    已删除
    = made by
    来自
    = size
    大小
    = {0} {1}, {2} and {3}: {4}
    {0} {1}、{2}和{3}：{4}
    = making them again would take about {0}
    重新生成大约要 {0}
    = pinned {0}
    已固定 {0}
    = unpinned {0}
    已取消固定 {0}
    = it was not pinned
    它没有被固定
    = {0} waiting to be sent
    {0}等待上传
    = nothing to do
    没有要做的
    = {0} not sent: see 'push' in docs/remote-cache.md
    {0}没有上传：见 docs/remote-cache.md 里的 'push'
    = {0} results left
    还剩 {0} 个结果
    = sent
    已上传
    = received
    已取回
    = {0} {1} after {2}
    {0} {1}，用时 {2}
    = {0} received ({1})
    下载了 {0}（{1}）
    = {0} received
    下载了 {0}
    = {0} sent
    上传了 {0}
    = checkpoint of
    检查点所属
    = step
    步
    = {0} sent ({1})
    上传了 {0} 个（{1}）
    = {0} times {1}
    {1} 出现 {0} 次
    = remote cache: {0}
    远程缓存：{0}
    = no hub answers: the base is Qwen2.5-Coder-1.5B-Instruct in 4 bits, from Python packages
    模型库都连不上：基座改用 Python 包里的 Qwen2.5-Coder-1.5B-Instruct（4 比特）
    = cache
    缓存
    = answers in
    响应时间
    = push
    上传
    = trust
    信任的密钥
    =  (yes)
    （是）
    =  (not here)
    （本机不上传）
    = any
    任意
    = gives
    产出
    = reads
    读取
    = run {0} has no stage '{1}', so this is the stage of run {2}
    运行 {0} 没有阶段 '{1}'；下面是运行 {2} 的
    """#
}
