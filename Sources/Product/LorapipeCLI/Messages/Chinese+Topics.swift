extension Chinese {
  /// What `help` calls a subject, a kind of stage or a parameter that is asked for by its Chinese name. A recipe's reader
  /// uses the same words for keys that are written in Chinese.
  static func topic(_ word: String) -> String? {
    for line in topics.split(separator: "\n") {
      let names = line.split(separator: " ")
      if names.dropFirst().contains(where: { $0 == word }) { return names.first.map { String($0) } }
    }
    return nil
  }

  /// The metric that `help` is asked for by another name. No key of a recipe is called so, so they stand apart.
  static func metric(_ word: String) -> String? {
    for line in metricNames.split(separator: "\n") {
      let names = line.split(separator: " ")
      if names.dropFirst().contains(where: { $0 == word }) { return names.first.map { String($0) } }
    }
    return nil
  }

  private static let metricNames = """
    over_generalization 过度泛化 泛化 overgeneralization
    learned 学会 学会率 学到 掌握
    known_before 基座已会 原来就会
    general_loss_change 遗忘 灾难性遗忘 遗忘率 forgetting
    perplexity 困惑度 ppl
    accuracy 准确率 正确率 acc
    tuned.probes.* 答对率
    loss 训练损失
    validation.loss 验证损失 验证集损失 val_loss eval_loss valid_loss
    best.loss 最低损失
    tokens_per_second 训练速度 速度 tps tok/s
    trainable_parameters 可训练参数 可训练参数量
    effective_rank 有效秩
    update.norm 更新范数
    lost_share 舍入损失 精度损失 合并损失
    verify.flips 翻转率 翻转
    verify.max 最大差
    verify.rms 均方根差
    duplicates 重复 重复数据
    near_duplicates 近似重复 近重复
    language 语言
    length 长度
    """

  /// A name, and the other words that people look up for it: in Chinese by the glossary, and short forms.
  private static let topics = """
    lora 微调
    gpu 显卡
    recipe 配方
    stages 阶段
    name 名称 名字
    data 数据 数据集 数据格式 格式 format formats csv jsonl parquet
    model 模型 基座 modelscope huggingface hf
    loss 损失
    overfitting 过拟合 overfit
    template 模板 对话模板 chat_template
    ollama 导出格式
    memory 显存 内存 显存不足 爆显存 内存不足 内存不够 out_of_memory oom
    nan 损失为nan
    troubleshooting 报错 错误 故障 故障排除 出错 常见问题
    resume 断点续训 断点续传 续训
    sft 训练 监督微调
    eval 评测 评估
    merge 合并 合并模型
    mix 混合
    tokenize 分词
    serve 部署 服务 上线
    fetch 下载
    substitute 占位符 替换
    generate 推理 生成
    filter 筛选
    learning_rate 学习率 lr
    max_length 最大长度 最长长度 序列长度
    max_steps 步数 最大步数 训练步数
    system 系统提示词 系统提示 提示词
    seed 种子 随机种子
    dropout 丢弃率
    targets 目标模块 目标层
    max_tokens 最长回答
    temperature 温度
    dtype 精度
    deduplicate 去重
    columns 列名 列
    encoding 编码
    source 来源 模型来源
    revision 版本
    domain 领域数据 领域
    general 通用数据 通用
    adapter 适配器
    questions 测试问题
    values 取值 值
    title 标题
    port 端口
    kind 类型 种类
    load_best 最佳模型
    eval_every 评估间隔
    early_stopping 早停
    schedule 学习率调度 调度器
    rank 秩
    alpha 缩放系数
    epochs 轮 轮数 轮次 训练轮数 epoch
    batch_size 批次大小 批次 批大小 batch
    gradient_accumulation 梯度累积
    weight_decay 权重衰减
    ratio 配比 比例
    probes 测试题
    save_every 检查点 保存间隔
    warmup_ratio 预热
    validation 验证集
    """
}
