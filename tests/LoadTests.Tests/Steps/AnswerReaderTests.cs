using System.Text;
using HashBalancer.LoadTests.Measuring;
using HashBalancer.LoadTests.Steps;

namespace HashBalancer.LoadTests.Tests.Steps;

public sealed class AnswerReaderTests
{
    private readonly NodeTable _nodes = new();

    [Theory]
    [InlineData("""{ "node": "n1", "key": "user-1", "cached": true, "keys": 5 }""", "n1", true, false)]
    [InlineData("""{"cached":false,"more":{"node":"inner"},"list":[1,{"key":"x"}],"node":"n\u0031"}""", "n1", false, false)]
    [InlineData("""{"node":"n1","key":"user-2"}""", "n1", null, true)]
    [InlineData("""{"node":5,"key":null,"cached":"yes"}""", null, null, false)]
    [InlineData("""  {}""", null, null, false)]
    [InlineData("""{"node":"n1",""", null, null, false)]
    [InlineData("""["node"]""", null, null, false)]
    [InlineData("hello", null, null, false)]
    [InlineData("", null, null, false)]
    public void Read_Body_TellsWhatItsTopLevelNames(string body, string? node, bool? cached, bool wrongKey)
    {
        Answer answer = Read(AnswerFields.Default, body);

        Assert.Equal((cached, wrongKey), (answer.Cached, answer.WrongKey));
        Assert.Equal(node, answer.Node < 0 ? null : _nodes.NameOf(answer.Node));
    }

    [Fact]
    public void Read_OtherFieldNames_AreTheOnesThatCount()
    {
        Answer answer = Read(new AnswerFields("served_by", "", "hit"), """{"node":"a","served_by":"b","key":"other","hit":true}""");

        Assert.Equal(("b", true, false), (_nodes.NameOf(answer.Node), answer.Cached, answer.WrongKey));
    }

    [Fact]
    public void Read_NameOfUnreasonableLength_IsNoNode() =>
        Assert.Equal(-1, Read(AnswerFields.Default, $$"""{"node":"{{new string('x', 600)}}"}""").Node);

    private Answer Read(AnswerFields fields, string body) =>
        new AnswerReader(fields, _nodes).Read(Encoding.UTF8.GetBytes(body), "user-1"u8);
}
