extension Chinese {
  /// What `data lint` prints around its findings, and the help of it.
  static let lintMessages = #"""
    = Files of test questions (rows with ask and expect) are checked as such. In a folder, questions that rows to learn from ask as well are found.
    测试题文件（有 ask 和 expect 的数据）按测试题检查。检查文件夹时，训练数据里也有的测试题会被找出来。
    = a folder: a line per file, and what needs a look
    文件夹：每个文件一行，并列出要看的问题
    = the same with every check, its rows and what to do
    同样，但列出每一项检查、是哪些数据、该怎么办
    = Also list the checks that passed and, of a folder, rows and remedies.
    也列出通过的检查；检查文件夹时还列出具体的数据和办法。
    = not read: {0}
    不支持：{0}
    = {0} passed (--all lists them)
    通过了 {0}（加 --all 逐项列出）
    = {0} check
    {0} 项检查
    = {0} checks
    {0} 项检查
    = {0} file
    {0} 个文件
    = {0} files
    {0} 个文件
    = {0} error
    {0} 个错误
    = {0} errors
    {0} 个错误
    = {0} warning
    {0} 个警告
    = {0} warnings
    {0} 个警告
    = {0} note
    {0} 个提示
    = {0} notes
    {0} 个提示
    = {0}, {1}: {2}
    {0}，{1}：{2}
    = no error, no warning
    没有错误，没有警告
    = --all shows every check, its rows and what to do
    加 --all 显示每一项检查、是哪些数据、该怎么办
    = from other machines: {0}
    其他机器访问：{0}
    """#

  /// What is found in files of test questions, in tags, and in files that hold no rows.
  static let lintTexts = #"""
    = every column is used, {0} for the values of placeholders
    每一列都用到了，{=0} 用来选占位符的值
    = no test question is learned
    测试题都没有学过
    = test questions that are also learned
    训练数据里也有的测试题
    = there are no test questions
    没有测试题
    = test questions: {0}
    测试题：{0} 道
    = groups: {0}
    分组：{=0}
    = every question is about the identity: whether the model says its name to other questions is not measured
    所有题都在问身份：模型会不会答什么都自报家门，测不出来
    = Add ordinary questions, with group: general.
    请加一些普通问题，写上 group: general。
    = every question says what to expect
    每道题都写了期望的回答
    = {0} without expect: any answer that says something counts as right
    {0}没有写 expect：只要有回答就算对
    = Write expect, such as {"contains": "Grace"}, or give the eval stage expect:.
    请写上 expect，如 {"contains": "Grace"}，或在 eval 阶段写 expect:。
    = every expectation can be met
    每道题的期望都可能满足
    = {0} whose expect no answer can meet: what it asks for is what it forbids
    {0}的 expect 没有回答能满足：要求的正是禁止的
    = Change contains, exact or not.
    请修改 contains、exact 或 not。
    = {0} whose question an earlier row asks too
    {0}与前面某条问的相同
    = Remove them: such a question counts twice.
    删掉它们：同一道题会算两次。
    = Fill them with a substitute stage, as those of the rows to learn from, and write questions: STAGE in eval.
    像训练数据一样用 substitute 阶段填上，再在 eval 里写 questions: 那个阶段的名字。
    = is a test question (ask, expect), not a row to learn from
    是测试题（ask、expect），不是训练数据
    = Give the file to an eval stage: questions: ./FILE.
    请把这个文件交给 eval 阶段：questions: ./文件。
    = a Word document
    Word 文档
    = a PDF
    PDF 文件
    = slides
    幻灯片
    = a text document
    文本文档
    = a zip file
    zip 压缩文件
    = Rows are questions with answers: copy them into a table with the columns query and response (问题 and 答案), and save it as 'CSV UTF-8', or write a JSON object per line.
    数据是一问一答：请把它们抄进一张表，列名为 问题 和 答案，另存为“CSV UTF-8（逗号分隔）”；或者每行写一个 JSON 对象。
    = no value for {0}
    {=0} 没有值
    = {0} depend on the tag, and the row has no '{1}'
    {=0} 按标签取值，而这条数据没有 '{1}'
    = {0} have no value for the tag '{1}'
    {=0} 没有标签 '{1}' 的值
    = Tag the row, or give each of them a default.
    请给这条数据加上标签，或给它们各写一个 default。
    = Write {0}: … under each of them, or a default.
    请在每个占位符下面写上 {0}: …，或写 default。
    = Give each a value: values: { {0} } (now: {1}). What is to stay goes under keep:.
    请逐个给值：values: { {=0} }（现有：{=1}）。要保留原样的写到 keep: 里。
    = values: has {0}; write {1} there: upper and lower case matter.
    values: 里有 {=0}；请在那里写 {=1}：大小写有区别。
    = Fill them first: a stage  filled: { kind: substitute, data: {0}, values: { {1} } }  and domain: [filled].
    请先填上：加一个阶段  filled: { kind: substitute, data: {0}, values: { {=1} } }  再写 domain: [filled]。
    """#
}
