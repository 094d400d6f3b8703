extension Chinese {
  /// What `help` calls a subject, a kind of stage or a parameter that is asked for by its Chinese name.
  static func topic(_ word: String) -> String? {
    for line in topics.split(separator: "\n") {
      let names = line.split(separator: " ")
      if names.dropFirst().contains(where: { $0 == word }) { return names.first.map { String($0) } }
    }
    return nil
  }

  /// A name, and the other words that people look up for it: in Chinese by the glossary, and short forms.
  private static let topics = """
    lora 微调
    gpu 显卡
    recipe 配方 阶段
    data 数据 数据集 数据格式 格式 format formats csv jsonl parquet
    model 模型 基座 modelscope huggingface hf
    loss 损失
    overfitting 过拟合 overfit
    template 模板 对话模板 chat_template
    ollama 导出格式
    memory 显存 内存 显存不足 爆显存 oom
    resume 断点续训 断点续传 续训
    sft 训练
    eval 评测
    merge 合并
    mix 混合
    tokenize 分词
    serve 部署 服务
    fetch 下载
    substitute 占位符
    generate 推理 生成
    filter 筛选
    learning_rate 学习率 lr
    rank 秩
    alpha 缩放系数
    epochs 轮 轮数 轮次 epoch
    batch_size 批次大小 批次 批大小 batch
    gradient_accumulation 梯度累积
    weight_decay 权重衰减
    ratio 配比 比例
    probes 测试题
    save_every 检查点
    warmup_ratio 预热
    validation 验证集
    """
}
