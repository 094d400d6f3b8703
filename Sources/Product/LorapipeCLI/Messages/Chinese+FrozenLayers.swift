extension Chinese {
  /// `lora.layers`, and the layers below the adapter.
  static let frozenLayers = #"""
    = Which decoder layers get an adapter: all, or { last: N }, which takes less time and memory.
    给哪些解码层加适配器：all（全部），或 { last: N }（只加最后 N 层，更省时间和内存）。
    = How many of the last layers. The layers below them go forward only, once for all epochs.
    最后几层。更低的层只做前向计算，各轮训练共用一次结果。
    = With lora.layers, store the output of the layers below, and reuse it in every epoch and later training.
    设了 lora.layers 时，保存低层的输出，每一轮和以后的训练都直接使用。
    = lora.layers asks for the last {0} layers, and the base has {1}
    lora.layers 要最后 {0} 层，而基座只有 {1} 层
    = give a number from 1 to {0}, or layers: all
    请写 1 到 {0} 之间的数，或 layers: all
    = the layers that lora.layers chooses have no linear layer '{0}'
    lora.layers 选中的层里没有线性层 '{0}'
    = their linear layers are {0}
    它们的线性层有 {0}
    = 'layers_to_transform' is not a list of layers
    'layers_to_transform' 不是层号的列表
    = computing the frozen layers {0}/{1}
    正在计算冻结层 {0}/{1}
    = {0} of {1} pieces of the frozen layers' output were computed before
    冻结层的输出共 {1} 块，其中 {0} 块以前算过，直接使用
    = the frozen layers are computed in every epoch: of recurrent layers, stored output would differ by rounding
    每一轮都重算冻结层：循环层的输出存下来会有舍入差异
    = '{0}' computes its frozen layers in every epoch: their output takes {1}, more than half of the free disk space
    '{0}' 每一轮都重算冻结层：它们的输出要占 {1}，超过可用磁盘空间的一半
    = free some space, or set cache_frozen: false
    腾出一些空间，或设 cache_frozen: false
    = the stored output of the frozen layers cannot be read
    读不到保存的冻结层输出
    = run again: what is missing is computed again; cache_frozen: false stores nothing
    再运行一次，缺少的会重新计算；设 cache_frozen: false 则什么都不保存
    = layers that go forward once
    只做一次前向的层数
    = time of that
    其中所需时间
    = disk for their output
    保存其输出所需磁盘
    """#
}
