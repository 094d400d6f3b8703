extension Chinese {
  /// What a run, a plan and their ends print.
  static let running = #"""
    = error:
    错误:
    = warning:
    警告:
    = note:
    说明:
    = help:
    提示:
    = see '{0} --help'
    用法见 '{0} --help'
    = start
    开始
    = done
    完成
    = cached
    缓存
    = failed
    失败
    = stopped
    停止
    = skipped
    跳过
    = interrupted
    中断
    = run
    运行
    = file
    文件
    = maybe
    待定
    = skip
    跳过
    = stage
    个阶段
    = stages
    个阶段
    = {0} in {1}: {2}  {3}
    {0}，用时 {1}：{2}  {3}
    = {0} after {1}: {2}  {3}
    {0}，用时 {1}：{2}  {3}
    = {0} after {1}  {2}
    {0}，用时 {1}  {2}
    = {0} run, {1} cached
    运行了 {0}，{1} 个命中缓存
    = the stage is cached
    阶段已缓存
    = all {0} stages cached
    {0} 个阶段全部命中缓存
    = run {0} had died; it is marked interrupted
    运行 {0} 已经死掉，标记为中断
    = an input changed while it ran; the result is used but not cached
    运行时输入变了；结果会使用，但不缓存
    = something it needs failed
    它依赖的阶段失败了
    = next:
    接下来：
    = model
    模型
    = adapter
    适配器
    = report
    报告
    = service
    服务
    = base
    基座
    = tuned
    微调后
    = tuned {0} of {1} right
    微调后答对 {0}/{1}
    = base {0} of {1}
    基座答对 {0}/{1}
    = about {0}
    约 {0}
    = {0} of memory
    内存 {0}
    = {0} of disk
    磁盘 {0}
    = {0} to download
    下载 {0}
    = {0} of {1} to run: {2}
    {1}中有 {0} 个要运行：{2}
    = {0} of {1} to run
    {1}中有 {0} 个要运行
    = (not counting {0})
    （不含 {0}）
    = this would take about {0} on this machine
    在这台机器上大约要 {0}
    = Everything is here already.
    全部已缓存，无需运行。
    = time not known yet: {0}
    时间还不知道：{0}
    = not asked for
    没有要求运行
    = never built
    从未运行过
    = forced
    强制
    = its artifact is missing
    产物缺失
    = depends on an earlier stage
    取决于前面的阶段
    = unknown
    未知
    = why
    原因
    = kind
    类型
    = {0} days
    {0} 天
    = {0} h
    {0} 小时
    = {0} min
    {0} 分
    = {0} s
    {0} 秒
    = {0} ms
    {0} 毫秒
    = rows
    数据条数
    = rows to learn from
    训练条数
    = rows kept for validation
    验证条数
    = validation rows
    验证条数
    = optimizer steps
    更新步数
    = trainable parameters
    可训练参数
    = parameters of the model
    模型参数
    = download
    下载
    = size of the merged model
    合并后的模型大小
    = probes
    测试题
    = took
    用时
    = memory
    内存
    = metrics
    指标
    = parameters
    参数
    = run started
    开始时间
    = {0} of them are in a remote cache and are fetched
    其中 {0} 个在远程缓存里，直接下载
    = Slurm job {0} of stage {1}: 'lorapipe run' waits for it, 'scancel {2}' ends it
    阶段 {1} 的 Slurm 作业 {0}：'lorapipe run' 会等它，'scancel {2}' 可以结束它
    = in a remote cache
    在远程缓存里
    """#
}
