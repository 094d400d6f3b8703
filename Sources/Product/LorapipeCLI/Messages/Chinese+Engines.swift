extension Chinese {
  /// External training engines, the workspace file, and what `doctor` says of them.
  static let engines = #"""
    = unknown key '{0}' in the workspace file
    工作区配置文件里没有键 '{0}'
    = '{0}' needs either a name or a program to run
    '{0}' 需要写引擎名（name），或者要运行的程序（run）
    = an engine is given at most {0} rows in all, and this training has more
    一次最多给引擎 {0} 条数据，这次训练超过了
    = lower epochs or max_steps
    调小 epochs 或 max_steps
    = loading the engine
    正在加载引擎
    = the engine needs a GPU, and this machine has none
    引擎要用 GPU，但这台机器上没有检测到
    = run the stage on another machine with a launcher (docs/launchers.md), or set device: cpu
    用启动器在另一台机器上运行这个阶段（docs/launchers.md），或者设 device: cpu
    = nodes: {0} needs a Slurm job
    nodes: {0} 需要在 Slurm 作业里运行
    = run the stage with a Slurm launcher, or set nodes: 1
    用 Slurm 启动这个阶段，或者设 nodes: 1
    = the engine ran out of memory: {0}
    引擎内存不足：{0}
    = lower batch_size, set engine.gradient_checkpointing, or quantize: nf4
    调小 batch_size，打开 engine.gradient_checkpointing，或者设 quantize: nf4
    = the training was stopped: {0}
    训练中止：{0}
    = lower the learning rate, or compute in bfloat16 instead of float16
    调小学习率，或者用 bfloat16 代替 float16
    = the engine cannot start: {0}
    引擎无法开始：{0}
    = check its environment with 'lorapipe doctor'
    用 lorapipe doctor 检查它的环境
    = the engine failed: {0}
    引擎出错：{0}
    = its output: lorapipe logs {0}
    输出见：lorapipe logs {0}
    = the engine's program was not found: {0}
    找不到引擎程序：{0}
    = the engine was killed, most likely by the kernel because memory ran out
    引擎被强制结束，多半是内存不足，被内核杀掉了
    = the engine reported success but left no adapter
    引擎报告成功，却没有留下适配器
    = see its output: lorapipe logs {0}
    查看输出：lorapipe logs {0}
    = remove what sets rank, alpha or targets from engine.arguments
    从 engine.arguments 里去掉设置 rank、alpha 或 targets 的参数
    = the engine's adapter holds numbers that are not finite
    引擎产出的适配器里有非有限数值（NaN 或 Inf）
    = the base brings Python code along, which the engine would run
    基座模型带有 Python 代码，引擎会执行它
    = use a base without *.py files and without 'auto_map' in its config.json
    换一个不带 *.py 文件、config.json 里也没有 'auto_map' 的基座模型
    = the engine ms-swift needs a Python, and '{0}' cannot be run
    ms-swift 引擎需要 Python，但 '{0}' 无法运行
    = none: the engine trains on the CPU
    没有：引擎在 CPU 上训练
    = nvidia-smi found no GPU; a launcher can run the stage on another machine (docs/launchers.md)
    nvidia-smi 没有找到 GPU；可以用启动器在另一台机器上运行这个阶段（docs/launchers.md）
    = there is no launcher '{0}'
    没有启动器 '{0}'
    = known are {0}; lorapipe.yaml describes others
    现有：{0}；其他的可以在 lorapipe.yaml 里定义
    = '{0}' has two launchers in lorapipe.yaml: '{1}' and '{2}'
    lorapipe.yaml 里 '{0}' 有两个启动器：'{1}' 和 '{2}'
    = name it under one of them
    只写在其中一个下面
    = the launcher '{0}' needs 'run'
    启动器 '{0}' 需要 'run'
    = '{0}' means nothing to a launcher of kind '{1}'
    '{1}' 类型的启动器用不到 '{0}'
    = Slurm job {0} ran out of memory{1}
    Slurm 作业 {0} 内存不足{1}
    = raise 'resources: { memory: … }' of the stage
    调大该阶段的 'resources: { memory: … }'
    = Slurm job {0} reached its time limit
    Slurm 作业 {0} 到了时间上限
    = the node of Slurm job {0} failed{1}
    Slurm 作业 {0} 的节点出了故障{1}
    = Slurm job {0} was preempted{1}
    Slurm 作业 {0} 被抢占{1}
    = Slurm job {0} was cancelled
    Slurm 作业 {0} 被取消
    = Slurm job {0} missed its deadline
    Slurm 作业 {0} 没有在截止时间前完成
    = Slurm job {0} ended without a result{1} ({2})
    Slurm 作业 {0} 结束了，但没有结果{1}（{2}）
    = Slurm job {0} is gone, and the store has no result of it
    Slurm 作业 {0} 已经不在，存储里也没有它的结果
    = 'lorapipe run' submits it again, and training continues from its last checkpoint
    再次运行 'lorapipe run' 会重新提交，训练从最近的检查点继续
    = the Slurm controller does not answer
    Slurm 控制器没有响应
    = try again when 'squeue' works here
    等这里的 'squeue' 能用了再试
    = the Slurm controller does not answer, waiting for it: {0}
    Slurm 控制器没有响应，正在等待：{0}
    = Slurm refused the job: {0}
    Slurm 拒绝了作业：{0}
    = check 'resources' of the stage and the launcher's partition, account and arguments
    检查阶段的 'resources'，以及启动器的 partition、account 和 arguments
    = the commands of Slurm are not on this machine: {0}
    这台机器上没有 Slurm 命令：{0}
    = run lorapipe on a node that has sbatch, or use another launcher
    到有 sbatch 的节点上运行 lorapipe，或者换一个启动器
    = the launcher '{0}' cannot start '{1}': {2}
    启动器 '{0}' 无法启动 '{1}'：{2}
    = check 'run' of the launcher in lorapipe.yaml
    检查 lorapipe.yaml 里启动器的 'run'
    = the command of launcher '{0}' {1}, and the stage never started
    启动器 '{0}' 的命令{1}，阶段没有开始
    = check that the other machine has lorapipe and sees the store at the same path
    检查另一台机器上有没有 lorapipe，能不能在同一路径看到存储
    = the command of launcher '{0}' {1}, and the stage left no result
    启动器 '{0}' 的命令{1}，阶段没有留下结果
    = the command must last as long as the stage
    命令要一直运行到阶段结束
    = the file system of the store '{0}' has no working locks: {1}
    存储 '{0}' 所在的文件系统没有可用的锁：{1}
    = mount it with locks (Lustre: -o flock), or put the store on another file system (store: in lorapipe.yaml)
    挂载时打开锁（Lustre：-o flock），或者把存储放到别的文件系统（lorapipe.yaml 里的 store）
    = waiting for Slurm job {0}, which is building the same artifact
    正在等 Slurm 作业 {0}，它在生成同一个产物
    = Slurm job {0} continues; 'lorapipe run' finds it again
    Slurm 作业 {0} 继续运行；'lorapipe run' 会重新接上
    = Slurm job {0} reached its time limit: submitting the stage again
    Slurm 作业 {0} 到了时间上限：重新提交这个阶段
    = the stage was started again on {0}
    阶段在 {0} 上重新开始
    = the launcher '{0}' has no kind
    启动器 '{0}' 没有写 kind
    = a value of the launcher '{0}' contains a line break
    启动器 '{0}' 的一个值里有换行
    = '{0}' of the launcher '{1}' is not the name of an environment variable
    启动器 '{1}' 的 '{0}' 不是环境变量的名字
    = kind: local, slurm or command
    kind: 可写 local、slurm 或 command
    = write each value on one line
    每个值写在一行里
    = use letters, digits and '_'
    用字母、数字和 '_'
    = Slurm did not take the job of '{0}'
    Slurm 没有接受 '{0}' 的作业
    = run again
    请再运行一次
    = lower batch_size, or use a machine with more memory
    调小 batch_size，或换内存更大的机器
    = cannot run {0}: {1}
    无法运行 {0}：{1}
    = {0}: quantize needs bitsandbytes
    {0}：quantize 需要 bitsandbytes
    = {0}: deepspeed is not installed
    {0}：没有安装 deepspeed
    = the engine left an adapter of rank {0} on {1}, which is not what it was given
    引擎在 {1} 上写出了 rank {0} 的适配器，与要求的不同
    = the kind '{0}' reports a metric '{1}' that it does not declare
    阶段类型 '{0}' 给出了它没有声明的指标 '{1}'
    = raise 'resources: { time: … }' of the stage, or set 'resubmit' of the launcher; {0}
    调大该阶段的 'resources: { time: … }'，或设启动器的 'resubmit'；{0}
    = ask for less time, or move the deadline
    请要求更短的时间，或推迟截止时间
    = Slurm job {0} ended without a result ({1}, exit code {2})
    Slurm 作业{0}结束了，但没有结果（{1}，退出码{2}）
    = check that the nodes see the same store; {0}
    检查各节点看到的是不是同一个存储；{0}
    = its nodes: {0}
    它的节点：{=0}
    = Slurm gives the reason: {0}
    Slurm 给出的原因：{=0}
    = Slurm job {0}
    Slurm 作业{0}
    = Slurm job {0}: waiting ({1})
    Slurm 作业{0}：等待中（{1}）
    = Slurm job {0}: {1}
    Slurm 作业{0}：{=1}
    = a lock on {0} is not seen here: mount the store's file system so that locks reach every machine, or start one run at a time
    这里看不到{0}上的锁：请让存储的文件系统支持跨机器的锁，或一次只启动一个运行
    = two locks on one file do not exclude each other
    同一个文件上的两个锁没有互相排斥
    = {0} timed out
    {0}超时
    = sbatch printed no job number: {0}
    sbatch 没有给出作业号：{0}
    = done: another run built the same artifact
    完成：另一个运行已生成同样的产物
    = its output is in {0}
    它的输出在{0}
    = an unknown error
    未知错误
    = {0} changed while '{1}' ran: the result is used and not cached
    {0}在 '{1}' 运行期间变了：结果可以用，但不缓存
    = give a path, or the name of a program on PATH
    请写路径，或 PATH 里的程序名
    = the engine {0} after update {1} and did not say how the training went
    引擎在第{1}步之后{0}，没有说明训练结果如何
    = the engine {0} and did not say how the training went
    引擎{0}，没有说明训练结果如何
    = the Python '{0}' cannot train with ms-swift: {1}
    Python '{0}' 不能用 ms-swift 训练：{1}
    = ms-swift is not installed
    没有安装 ms-swift
    = ms-swift is {0}, and 4.3 or a later 4.x is needed
    ms-swift 是{0}，需要 4.3 或更新的 4.x
    = torch is not installed
    没有安装 torch
    = its packages have versions that ms-swift does not support: {0}
    它的这些包的版本 ms-swift 不支持：{=0}
    = python3 -m venv ~/.venvs/ms-swift && ~/.venvs/ms-swift/bin/pip install 'ms-swift>=4.3,<5' torch; then name ~/.venvs/ms-swift/bin/python in LORAPIPE_MS_SWIFT_PYTHON
    python3 -m venv ~/.venvs/ms-swift && ~/.venvs/ms-swift/bin/pip install 'ms-swift>=4.3,<5' torch；然后把 LORAPIPE_MS_SWIFT_PYTHON 设为 ~/.venvs/ms-swift/bin/python
    """#
}
