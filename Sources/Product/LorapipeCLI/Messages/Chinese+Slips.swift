extension Chinese {
  /// Messages about mistakes in recipes: keys in the wrong stage, forgotten colons and quotes, paths and names of other
  /// programs.
  static let slips = #"""
    = write it as a map: {0}
    请写成映射：{0}
    = did you mean '{0}'? Write {1}
    是不是想写 '{0}'？请写 {1}
    = '{0}' belongs to a stage of kind {1}; in this recipe: {2}
    '{0}' 要写在这些 kind 的阶段里：{=1}；这个配方里是：{=2}
    = it is called '{0}', and belongs to a stage of kind {1}; in this recipe: {2}
    这里叫 '{0}'，要写在这些 kind 的阶段里：{=1}；这个配方里是：{=2}
    = did you mean {0}?
    是不是想写 {0}？
    = write one of {0}
    写其中一个：{=0}
    = -1 is how other tools write 'no limit': leave '{0}' out
    -1 是其他工具里“不限”的写法：这里去掉 '{0}' 就是不限
    = -1 is no value here: leave '{0}' out for the default, {1}
    这里不能写 -1：去掉 '{0}' 就用默认值 {=1}
    = '{0}' of {1} is the text '{2}', not what the file of that name holds
    {1} 的 '{0}' 就是 '{2}' 这几个字，不会去读同名文件的内容
    = '{0}' of {1} is the text '{2}', which looks like the path of a file
    {1} 的 '{0}' 就是 '{2}' 这几个字，看起来却像文件路径
    = no file is read here: write the text itself; a long one begins with '|' and is indented below it
    这里不读文件：请直接写内容；内容长时先写 '|'，正文在下面缩进
    = '{0}' of {1} ends before '{2}', since '#' after a space begins a comment
    {1} 的 '{0}' 到 '{2}' 之前就结束了，因为空格后的 '#' 是注释的开头
    = put quotes around the whole text; or write '# ' with a space, if it is a comment
    给整段文字加上引号；如果确实是注释，'#' 后面加一个空格
    = '{0}' of {1}: there is no file '{2}'
    {1} 的 '{0}'：没有文件 '{2}'
    = a path takes no '*' or '?': write the name of one file
    路径里不能用 '*' 或 '?'：请写一个文件的名字
    = a path takes no '*' or '?': write {0}: {1} and include: ["{2}"]
    路径里不能用 '*' 或 '?'：写 {0}: {1} 和 include: ["{2}"]
    = '{0}' brings it: write {1}: {2}
    阶段 '{0}' 已经取了它：写 {1}: {2}
    = add the stage  {0}
    加上这个阶段  {=0}
    = add a stage '{0}' of kind {1}; its stages are {2}
    加一个 kind 为 {=1} 的阶段 '{0}'；现有的阶段：{=2}
    = a folder is written './{0}'; for a dataset of a hub, {1}
    文件夹写成 './{0}'；如果是模型库里的数据集，{1}
    = write the stage's name in place of the dash:  {0}: { kind: {1}, … }
    每个阶段用名字开头，不用短横线：  {0}: { kind: {1}, … }
    = {0} must stand inside stage '{1}', not beside it
    {0} 要写在阶段 '{1}' 里面，而不是和它并列
    = indent every line of the stage deeper than '{0}:'
    阶段里的每一行都要比 '{0}:' 多缩进几格
    = '{0}' is taken as text, not as the value of a variable
    '{0}' 会原样当作文字，不会换成变量的值
    = write ${{0}}
    要写成 ${{0}}
    = write '${env.{0}}', and env: [{1}] at the top
    写成 '${env.{0}}'，并在最上层写 env: [{1}]
    = the key '{0}' has no colon
    键 '{0}' 后面少了冒号
    = '```' is Markdown and no YAML
    '```' 是 Markdown 的记号，不是 YAML
    = remove this line, and the other one that begins with '```'
    删掉这一行，以及另一行以 '```' 开头的
    = '#' after a space begins a comment, which hides the '{0}' behind it
    空格后的 '#' 是注释的开头，后面的 '{0}' 也被当成了注释
    = put quotes around the text that contains the '#'
    给含有 '#' 的文字加上引号
    = a '\' is special between double quotes: write paths with '/', or put ' around the text
    双引号里的 '\' 有特殊含义：路径请用 '/'，或改用单引号 ' 括起来
    = write "${{0}}" for a variable, or quotes around '{{{1}}}' for the text
    变量要写成 "${{0}}"；如果就是这几个字，给 '{{{1}}}' 加上引号
    = '{0}' has '{1}' both as domain and as general rows
    '{0}' 把 '{1}' 同时当作 domain 和 general 数据
    = general rows are ordinary questions and answers: name another file, or leave general: out
    general 是普通问答：请换一个文件，或去掉 general:
    = '{0}' takes hardly any general rows: a ratio is that of domain to general
    '{0}' 几乎不取 general 数据：ratio 是 domain 比 general
    = "1:2" is usual for a name, and "1:5" for knowledge
    学名字一般用 "1:2"，学知识一般用 "1:5"
    = '{0}' keeps {1} % of the rows for validation, and they are not learned
    '{0}' 把 {1}% 的数据留作验证，这些数据不会被学习
    = 0.05 to 0.2 is usual
    一般用 0.05 到 0.2
    = '{0}' has no general rows: the model may forget what it could do
    '{0}' 没有 general 数据：模型可能会忘掉原来会的
    = add ordinary questions and answers: general: [FILE]; two for each domain row are a good start
    加上普通问答：general: [文件]；一般每条 domain 数据配两条
    = '{0}' of '{1}' is empty: {{{2}}} would vanish from the rows
    '{1}' 的 '{0}' 是空的：数据里的 {{{2}}} 会直接消失
    = write the value
    请写上它的值
    = a value is named without the marks of its placeholder, not '{0}'
    值的名字不带占位符的括号，不能写 '{0}'
    = write {0}: in place of "{1}":
    把 "{=1}": 换成 {=0}:
    = a .{0} file holds rows, not the settings of a training
    .{0} 文件里是数据，不是训练的设置
    = ms-swift fills it into swift/self-cognition alone; if your rows have {{{0}}}, add a substitute stage before the mix
    ms-swift 只把它填进 swift/self-cognition；如果你的数据里有 {{{0}}}，在 mix 前加一个 kind: substitute 的阶段
    = Write by: {0}.
    请写 by: {0}
    = leave it out: {0}; adapter: STAGE continues from a finished adapter
    请去掉：{0}；要接着已训练好的适配器训练，写 adapter: 阶段名
    = there is no recipe '{0}' in {1}
    {1} 里没有配方 '{0}'
    = it is at {0}: move it to {1}, or give its path, {2}
    它在 {0}：把它移到 {1}，或直接写路径 {2}
    """#
}
