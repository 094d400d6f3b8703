extension Chinese {
  /// The same about what a recipe says: its keys, values, stages and variables.
  static let recipeErrors = #"""
    = unknown key '{0}' in a recipe
    配方里没有键 '{0}'
    = unknown key '{0}' of stage '{1}' ({2})
    阶段 '{1}'（{2}）没有键 '{0}'
    = unknown key '{0}' in '{1}' of {2}
    {2} 的 '{1}' 里没有键 '{0}'
    = unknown key '{0}' in parameter '{1}'
    参数 '{1}' 里没有键 '{0}'
    = did you mean '{0}'?
    是不是想写 '{0}'？
    = did you mean 'vars.{0}'?
    是不是想写 'vars.{0}'？
    = known keys are {0}
    可用的键：{=0}
    = known kinds are {0}
    可用的 kind：{=0}
    = its stages are {0}
    它的阶段有：{=0}
    = its stages are: {0}
    它的阶段有：{=0}
    = its parameters are {0}
    它的参数有：{=0}
    = types are {0}
    可用的类型：{=0}
    = the seed belongs to the recipe: write 'seed:' at its top
    随机种子属于整个配方：在最上层写 'seed:'
    = '{0}' names a credential, and declared variables are recorded
    '{0}' 是密钥的名字，而声明的变量会被记录下来
    = leave it out: fetch reads its tokens from the environment itself
    去掉它：fetch 自己会从环境变量读取密钥
    = stage '{0}' needs '{1}'
    阶段 '{0}' 缺少 '{1}'
    = stage '{0}' needs '{1}' with '{2}: {3}'
    阶段 '{0}' 在 '{2}: {3}' 时还需要 '{1}'
    = unknown kind '{0}' of stage '{1}'
    阶段 '{1}' 的 kind '{0}' 不存在
    = stage '{0}' has no 'kind'
    阶段 '{0}' 没有写 'kind'
    = stage '{0}' must be a map with a 'kind', not {1}
    阶段 '{0}' 应该是带 'kind' 的映射，而不是{1}
    = there is no stage '{0}'
    没有阶段 '{0}'
    = the recipe '{0}' has no stage '{1}'
    配方 '{0}' 没有阶段 '{1}'
    = a file's path starts with './', '../' or '/': '{0}'
    文件路径以 './'、'../' 或 '/' 开头：'{0}'
    = '{0}' of stage '{1}': '#{2}' is not a number of rows
    阶段 '{1}' 的 '{0}'：'#{2}' 不是条数
    = write '{0}#2000' to take 2000 rows
    写 '{0}#2000' 表示取 2000 条
    = '{0}' of stage '{1}' must be {2}, not {3}
    阶段 '{1}' 的 '{0}' 应该是{2}，而不是{3}
    = '{0}' of stage '{1}': the value {2} is too large
    阶段 '{1}' 的 '{0}'：值 {2} 太大
    = '{0}' of stage '{1}': the value {2} is not a finite number
    阶段 '{1}' 的 '{0}'：值 {2} 不是有限的数
    = '{0}' of stage '{1}' takes {2}, but '{3}' produces {4}
    阶段 '{1}' 的 '{0}' 需要{2}，但 '{3}' 产出的是{4}
    = '{0}' of stage '{1}': there is no file '{2}'
    阶段 '{1}' 的 '{0}'：没有文件 '{2}'
    = '{0}' of stage '{1}' takes one stage or file, not a list
    阶段 '{1}' 的 '{0}' 只接受一个阶段或文件，不能是列表
    = looked for {0}
    找过 {0}
    = a string
    字符串
    = true or false
    true 或 false
    = a map
    映射
    = a value
    一个值
    = a word or a number
    词或数字
    = a number
    数字
    = an integer
    整数
    = a number above {0}
    大于 {0} 的数
    = a number of at least {0}
    不小于 {0} 的数
    = a number from {0} to {1}
    {0} 到 {1} 的数
    = an integer of at least {0}
    不小于 {0} 的整数
    = an integer from {0} to {1}
    {0} 到 {1} 的整数
    = one of {0}
    {0}之一
    = one of {0} or a list of these and of {1} or a map
    {0}之一，或由它们和 {1} 组成的列表，或映射
    = one of {0} or a list of these
    {0}之一，或由它们组成的列表
    = one of {0} or a list of {1}
    {0}之一，或{1}的列表
    = one of {0} or a map
    {0}之一，或映射
    = a ratio such as "1:5"
    "1:5" 这样的比例
    = a URI such as hf:org/name or file:path
    hf:组织/名字 或 file:路径 这样的地址
    = a list of {0}
    {0}的列表
    = a map of names to {0}
    从名字到{0}的映射
    = a model
    模型
    = a dataset
    数据集
    = tokens
    分词结果（tokens）
    = an adapter
    适配器
    = a report
    报告
    = a service
    服务
    = files
    文件
    = a model or files
    模型或文件
    = a dataset or files
    数据集或文件
    = an adapter or files
    适配器或文件
    = write it in brackets: {0}
    写在方括号里：{0}
    = a comma inside { } ends a value: write a decimal point, or quote the key: {0}
    { } 里的逗号会结束一个值：小数点请写成 '.'；真要用它作键，就加上引号：{0}
    = quote it: {0}
    加上引号：{0}
    = remove the quotes
    去掉引号
    = write true
    写 true
    = write false
    写 false
    = stage '{0}' needs itself
    阶段 '{0}' 依赖自己
    = stages need each other in a cycle: {0}
    阶段互相依赖，成了环：{=0}
    = remove one of these references
    去掉其中一个引用
    = '${{0}}': there is no '{1}' under 'vars'
    '${{0}}'：'vars' 里没有 '{1}'
    = there is no '{0}' under 'vars'
    'vars' 里没有 '{0}'
    = the environment variable '{0}' is not declared
    环境变量 '{0}' 没有声明
    = the environment variable '{0}' is not set
    环境变量 '{0}' 没有设置
    = add it under 'env:'
    在 'env:' 里加上它
    = set it, or give a default: env: { {0}: … }
    设置它，或给一个默认值：env: { {0}: … }
    = declared variables are recorded with the run
    声明的变量会随运行记录下来
    = '${' without a '}'
    '${' 没有对应的 '}'
    = close it, or write '$${' for a plain '${'
    补上 '}'；如果就是要写 '${'，写成 '$${'
    = '{0}' cannot name a stage
    '{0}' 不能用作阶段名
    = use letters, digits, '_' and '-', a letter first
    用字母、数字、'_' 和 '-'，以字母开头
    = the recipe has no stages
    配方里没有阶段
    = write at least one under 'stages:'
    在 'stages:' 下至少写一个
    = add 'stages:', or 'pipeline:' with the name of one
    加上 'stages:'，或用 'pipeline:' 指定一个流水线
    = the file is empty
    文件是空的
    = a recipe needs 'stages:' or 'pipeline:'
    配方需要 'stages:' 或 'pipeline:'
    = a recipe is a map of keys and values
    配方应该是键和值组成的映射
    = begin with 'name:' and 'stages:'
    从 'name:' 和 'stages:' 开始写
    = there is no pipeline '{0}'
    没有流水线 '{0}'
    = pipelines lie in a folder pipelines/ beside recipes/
    流水线放在与 recipes/ 并列的 pipelines/ 文件夹里
    = pipeline '{0}' has no parameter '{1}'
    流水线 '{0}' 没有参数 '{1}'
    = pipeline '{0}' needs the parameter '{1}'
    流水线 '{0}' 需要参数 '{1}'
    = add it under 'with:'
    在 'with:' 里加上它
    = nothing reads '${{0}}'
    没有地方用到 '${{0}}'
    = remove it, or use it
    删掉它，或用上它
    = {0} must be a map, not {1}
    {0} 应该是映射，而不是{1}
    = {0} must be a string, not {1}
    {0} 应该是字符串，而不是{1}
    = 'seed' must be an integer of at least 0, not {0}
    'seed' 应该是不小于 0 的整数，而不是{0}
    = an override is written path=value
    -S 的写法是 路径=值
    = '{0}' is not a path
    '{0}' 不是路径
    = write a path such as train.lora.rank
    写成 train.lora.rank 这样的路径
    = '{0}' names no parameter
    '{0}' 没有指向任何参数
    = write STAGE.PARAMETER, vars.NAME, with.NAME or seed
    写成 阶段.参数、vars.名字、with.名字 或 seed
    = {0} more errors are not shown
    还有 {0} 个错误没有列出
    = fix these first
    先改好这些
    = there is no recipe '{0}'
    没有配方 '{0}'
    = recipes here: {0}
    这里的配方有：{=0}
    = there is no recipe in {0}
    {0} 里没有配方
    = write one with 'lorapipe init'
    用 'lorapipe init' 新建一个
    = which recipe?
    要运行哪个配方？
    = name one of these
    写出其中一个
    = one of: {0}
    可用的有：{=0}
    = '${{0}}' names nothing
    '${{0}}' 没有指向任何东西
    = write '${vars.…}', '${env.…}', '${params.…}' or '${matrix.…}', or '$${' for a plain '${'
    写 '${vars.…}'、'${env.…}'、'${params.…}' 或 '${matrix.…}'；如果就是要写 '${'，写成 '$${'
    = '{0}' of stage '{1}': '#{2}' takes no row
    阶段 '{1}' 的 '{0}'：'#{2}' 一条也不取
    = split it into several recipes
    拆成几个配方
    = write it in the recipe that uses the pipeline
    写在使用这个流水线的配方里
    = {0} is a folder, not a recipe
    {0} 是文件夹，不是配方
    = the resolved recipe is empty
    展开后的配方是空的
    = the resolved recipe is damaged: {0}
    展开后的配方已损坏：{0}
    = the command names {inputs.{0}}, but the stage has no such input
    命令里写了 {inputs.{0}}，但阶段没有这个输入
    = a recipe describes an experiment: keep the data in files of its own
    配方描述一个实验：数据请放在单独的文件里
    = a value cannot contain itself
    一个值不能包含自己
    = write fewer nested aliases
    少用嵌套的别名
    = flatten the structure
    减少嵌套层数
    = name an anchored map: '<<: *name'
    写一个有锚点的映射：'<<: *name'
    = remove the tag
    去掉这个标签
    = 'megatron' trains over many GPUs in a way of its own
    'megatron' 用它自己的方式在多个 GPU 上训练
    = the notebook has no cells
    notebook 里没有单元格
    = start lorapipe in the folder that the script is started in, or import '{0}' itself
    在启动脚本的那个文件夹里运行 lorapipe，或直接导入 '{0}'
    = write the dataset's name or path into the file and import it again
    把数据集的名字或路径写进文件，再导入一次
    = known are {0}
    可用的有：{=0}
    = name: ms-swift, or run: [program, argument]
    name: ms-swift，或 run: [程序, 参数]
    = write the values in brackets
    把值写在方括号里
    = write '{0}'
    写 '{0}'
    = name one: '{0}'
    写其中一个：'{0}'
    = remove the brackets
    去掉方括号
    = remove '#{0}'
    去掉 '#{0}'
    = remove it
    去掉它
    = write a number and a unit: 16G, 800M
    写数字和单位：16G、800M
    = write a number and a unit: 90m, 12h, 2d
    写数字和单位：90m、12h、2d
    = known pipelines are {0}
    现有流水线：{=0}
    = '{0}' of {1} must be {2}, not {3}
    {1} 的 '{0}' 应该是{2}，而不是{3}
    = '{0}' of {1} needs '{2}'
    {1} 的 '{0}' 需要 '{2}'
    = use a string as key
    键要用字符串
    = list at least one value, or remove '{0}'
    至少写一个值，或去掉 '{0}'
    = keep one of them
    只留一个
    = stage '{0}' is of the kind '{1}', which this program does not have
    阶段 '{0}' 的类型 '{1}' 本程序没有
    = use the version of the program that began the run
    请用开始这次运行的那个版本
    = '{0}' of stage '{1}' is not a parameter this program accepts
    阶段 '{1}' 的 '{0}' 不是本程序接受的参数
    = write the name of a file in pipelines/, or a path that starts with ./
    请写 pipelines/ 里的文件名，或以 ./ 开头的路径
    = a recipe gives it under 'with:', a command line with -S with.{0}=…
    配方里写在 'with:' 下，命令行用 -S with.{0}=…
    = use at most 100 bytes, no '/', '[' or ']', and begin with a letter
    最多 100 字节，不含 '/'、'[' 和 ']'，以字母开头
    = use 'vars:'
    请用 'vars:'
    = add 'pipeline: NAME'
    加上 'pipeline: 名字'
    = give it another name, or set its parameters with 'with:' or -S
    请换个名字，或用 'with:' 或 -S 设它的参数
    = use shorter values in the matrix
    matrix 里请用短一些的值
    = write train, train[*] or train[category=shoes]
    请写 train、train[*] 或 train[category=shoes]
    = take all with '{0}[*]', or one: {1}
    全部用 '{0}[*]'，单个用：{1}
    = write the whole path, or one from the recipe's own folder
    请写完整路径，或相对于配方所在文件夹的路径
    = use it as the whole value
    请把它单独用作整个值
    = use fewer nested '${…}'
    '${…}' 嵌套得少一些
    = declare it under 'vars:' and write '${vars.…}'
    在 'vars:' 下声明它，再写 '${vars.…}'
    = '{0}' of {1}: the value {2} {3}
    {1} 的 '{0}'：值 {2} {3}
    = is not a finite number
    不是有限的数
    = a command stage takes 'run' or 'shell', not both
    command 阶段只能写 'run' 或 'shell' 之一
    = a command stage needs 'run' or 'shell'
    command 阶段需要 'run' 或 'shell'
    = its output is in the stage's log: lorapipe logs {0}
    输出在阶段的日志里：lorapipe logs {0}
    = name datasets under domain: or general:
    请在 domain: 或 general: 下写数据集
    = give the stage a model: input
    请给这个阶段加上 model: 输入
    = name at least one
    至少写一个
    = declare it: inputs: { {0}: … }
    声明它：inputs: { {0}: … }
    = '{0}' is an option of ms-swift: here it is the value of a placeholder
    '{0}' 是 ms-swift 的参数，这里写成占位符的值
    = write instead: {0}
    改写成：{0}
    = write two keys instead: by: tag and {0}
    改写成两个键：by: tag 和 {0}
    = this is a path of Windows; here it is written {0}
    这是 Windows 的路径，这里写成 {0}
    = this is a path of Windows; copy the file beside the recipe and write '{0}'
    这是 Windows 的路径：把文件复制到配方旁边，写成 '{0}'
    = nothing
    空
    = put the file there, or change the path
    把文件放到那里，或者改路径
    = '{0}' begins at a home folder, and a recipe is the same for everybody
    '{0}' 从用户主目录开始，而同一份配方对谁都应一样
    = known keys are {0}; 'x-…' keeps a place for anchors
    可用的键：{0}；放锚点的键以 'x-' 开头
    = '{0}' of stage '{1}' must name a stage or a file, not {2}
    阶段 '{1}' 的 '{0}' 应该写阶段名或文件，而不是{2}
    """#
}
