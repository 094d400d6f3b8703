extension Chinese {
  /// What is said about ranks, singular values and the library that finds them; whole texts of other modules.
  static let algebra = #"""
    = algebra
    线性代数
    = the update differs by {0} % of its size from the one that was trained, at most by {1} % in {2}
    与训练得到的更新量相差其大小的 {0} %，相差最大的是 {2}，为 {1} %
    = --rank cuts an adapter, and this writes a model
    --rank 只用于截短适配器，而这里写出的是模型
    = rank {0}: 95 % of the update lies in one direction
    rank {0}：更新量的 95 % 只落在一个方向上
    = rank {0} fits: 95 % of the update lies in {1} directions
    rank {0} 合适：更新量的 95 % 落在 {1} 个方向上
    = the rank is not judged: {0}
    没有评估 rank：{0}
    = the rank is not judged: {0}; remedy: {1}
    没有评估 rank：{0}；解决办法：{1}
    = {0} needs OpenBLAS (libopenblas.so.0), which is not installed here
    {0} 需要 OpenBLAS（libopenblas.so.0），这里没有安装
    = lora.init: pissa begins a new adapter, and there is one to continue from
    lora.init: pissa 会新建适配器，而这里已给出要继续训练的适配器
    = leave out lora.init, or the input 'adapter'
    去掉 lora.init，或去掉输入 'adapter'
    = lora.init: pissa trains without dropout, not with {0}
    lora.init: pissa 训练时不用 dropout，而不是 {0}
    = set lora.dropout: 0, because dropout would also drop what was taken off the base
    设置 lora.dropout: 0，因为 dropout 也会丢掉从基座里减去的部分
    = 'lora.init: {0}' is trained natively only
    'lora.init: {0}' 只能用内置引擎训练
    = leave out lora.init, or engine
    去掉 lora.init，或去掉 engine
    = the adapter it writes has twice the rank
    它写出的适配器 rank 会翻倍
    = finding the singular values of the weights
    正在求权重的奇异值
    = {0}: a matrix of {1} × {2} has no {3} singular values
    {0}：{1} × {2} 的矩阵没有 {3} 个奇异值
    = take a rank of at most {0}
    rank 最多取 {0}
    = the update of a DoRA adapter has the full rank of the weight
    DoRA 适配器的更新量是满秩的
    = leave out dora for an adapter whose rank can be measured and cut
    去掉 dora，适配器的 rank 才能评估和截短
    = DoRA begins with B = 0, not with lora.init: pissa
    DoRA 从 B = 0 开始，不能用 lora.init: pissa
    = the rank of an update
    评估更新量的 rank
    = the singular values of a weight
    求权重的奇异值
    = a matrix of {0} × {1} is too large to be factored
    {0} × {1} 的矩阵太大，无法分解
    = LAPACK's {0} found no factors ({1})
    LAPACK 的 {0} 没有分解成功（{1}）
    = look for a NaN or an infinity among the weights
    检查权重里有没有 NaN 或无穷大
    = {0}: the adapter holds a NaN or an infinity
    {0}：适配器里有 NaN 或无穷大
    = train it again with a lower learning_rate
    调低 learning_rate 重新训练
    = the adapter's rank is {0}, which is not above {1}
    适配器的 rank 是 {0}，并不高于 {1}
    = give a rank from 1 to {0}, or leave --rank out
    给出 1 到 {0} 之间的 rank，或去掉 --rank
    = OpenBLAS is not installed: the rank of an adapter is not judged, and lora.init: pissa and export --rank are refused
    没有安装 OpenBLAS：不会评估适配器的 rank，lora.init: pissa 和 export --rank 也无法使用
    = {0}, for singular values: the rank of an adapter, lora.init: pissa, export --rank
    {0}，用于奇异值：评估适配器的 rank、lora.init: pissa、export --rank
    """#
}
