extension Chinese {
  /// External training engines, the workspace file, and what `doctor` says of them.
  static let engines = #"""
    = unknown key '{0}' in the workspace file
    工作区配置文件里没有键 '{0}'
    = '{0}' needs either a name or a program to run
    '{0}' 需要写引擎名（name），或者要运行的程序（run）
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
    底座模型带有 Python 代码，引擎会执行它
    = use a base without *.py files and without 'auto_map' in its config.json
    换一个不带 *.py 文件、config.json 里也没有 'auto_map' 的底座模型
    = the engine ms-swift needs a Python, and '{0}' cannot be run
    ms-swift 引擎需要 Python，但 '{0}' 无法运行
    = none: the engine trains on the CPU
    没有：引擎在 CPU 上训练
    = nvidia-smi found no GPU; a launcher can run the stage on another machine (docs/launchers.md)
    nvidia-smi 没有找到 GPU；可以用启动器在另一台机器上运行这个阶段（docs/launchers.md）
    """#
}
