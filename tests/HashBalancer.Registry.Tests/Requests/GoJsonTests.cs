using System.Text;

namespace HashBalancer.Registry.Tests;

/// <summary>The texts are those of Go's encoding/json for the same input.</summary>
public sealed class GoJsonTests
{
    [Theory]
    [InlineData("", "EOF")]
    [InlineData("  \n", "EOF")]
    [InlineData("{", "unexpected EOF")]
    [InlineData("{\"a\"", "unexpected EOF")]
    [InlineData("[1,", "unexpected EOF")]
    [InlineData("\"abc", "unexpected EOF")]
    [InlineData("nonsense", "invalid character 'o' in literal null (expecting 'u')")]
    [InlineData("trap", "invalid character 'a' in literal true (expecting 'u')")]
    [InlineData("falsy", "invalid character 'y' in literal false (expecting 'e')")]
    [InlineData("<html>", "invalid character '<' looking for beginning of value")]
    [InlineData("{a:1}", "invalid character 'a' looking for beginning of object key string")]
    [InlineData("{\"a\" 1}", "invalid character '1' after object key")]
    [InlineData("{\"a\":1 \"b\"}", "invalid character '\"' after object key:value pair")]
    [InlineData("{\"a\":1,}", "invalid character '}' looking for beginning of object key string")]
    [InlineData("[1 2]", "invalid character '2' after array element")]
    [InlineData("[1,]", "invalid character ']' looking for beginning of value")]
    [InlineData("-x", "invalid character 'x' in numeric literal")]
    [InlineData("1.x", "invalid character 'x' after decimal point in numeric literal")]
    [InlineData("1ex", "invalid character 'x' in exponent of numeric literal")]
    [InlineData("\"\\q\"", "invalid character 'q' in string escape code")]
    [InlineData("\"\\u12x4\"", "invalid character 'x' in \\u hexadecimal character escape")]
    [InlineData("\"a\nb\"", "invalid character '\\n' in string literal")]
    [InlineData("\"a\\n\u0001\"", "invalid character '\\x01' in string literal")]
    public void Read_Malformed_RefusesInGosWords(string text, string message) =>
        Assert.Equal(message, Assert.Throws<GoJsonException>(() => GoJsonReader.Read(Encoding.UTF8.GetBytes(text))).Message);

    [Fact]
    public void Read_NestedTooDeep_IsRefused() =>
        Assert.Equal(
            "exceeded max depth",
            Assert.Throws<GoJsonException>(() => GoJsonReader.Read(Encoding.UTF8.GetBytes(new string('[', 100_000)))).Message);

    [Theory]
    [InlineData("\"plain\"", "plain")]
    [InlineData("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t")]
    [InlineData("\"\\u00e9\\ud83d\\ude00\"", "é😀")]
    [InlineData("\"x\\ud800y\"", "x\uFFFDy")]
    [InlineData("\"a\" trailing", "a")]
    public void Read_String_GivesItsText(string text, string value) =>
        Assert.Equal(value, GoJsonReader.Read(Encoding.UTF8.GetBytes(text)).AsString("x"));

    [Fact]
    public void Read_InvalidUtf8_BecomesTheReplacementCharacter() =>
        Assert.Equal("a\uFFFDb", GoJsonReader.Read([(byte)'"', (byte)'a', 0xFF, (byte)'b', (byte)'"']).AsString("x"));

    [Theory]
    [InlineData("{\"Port\":\"80\"}", "json: cannot unmarshal string into Go struct field .Port of type int")]
    [InlineData("{\"Port\":1.5}", "json: cannot unmarshal number 1.5 into Go struct field .Port of type int")]
    [InlineData("{\"Name\":1}", "json: cannot unmarshal number into Go struct field .Name of type string")]
    [InlineData("{\"Tags\":\"a\"}", "json: cannot unmarshal string into Go struct field .Tags of type []string")]
    [InlineData("{\"Meta\":[]}", "json: cannot unmarshal array into Go struct field .Meta of type map[string]string")]
    [InlineData("{\"EnableTagOverride\":\"yes\"}", "json: cannot unmarshal string into Go struct field .EnableTagOverride of type bool")]
    [InlineData("{\"Check\":{\"TTL\":\"5\"}}", "time: missing unit in duration \"5\"")]
    [InlineData("{\"Checks\":{}}", "json: cannot unmarshal object into Go struct field .Checks of type structs.CheckTypes")]
    [InlineData("{\"Bogus\":1}", "json: unknown field \"Bogus\"")]
    public void Service_DoesNotFit_RefusesInGosWords(string text, string message) =>
        Assert.Equal(message, Assert.Throws<GoJsonException>(() => ServiceRequest.Body.Read(Encoding.UTF8.GetBytes(text))).Message);

    [Fact]
    public void Service_NamesInAnyCase_AndNulls_AreTaken()
    {
        ServiceRequest service = ServiceRequest.Body.Read(
            """{"NAME":"web","port":80,"tAgS":null,"check":{"ttl":5000000000},"Meta":{"b":"2","a":"1"}}"""u8);

        Assert.Equal(("web", 80, 5.0), (service.Name, service.Port, service.Check!.Ttl.TimeSpan.TotalSeconds));
        Assert.Empty(service.Tags);
        Assert.Equal(["a", "b"], service.Meta!.Keys);
    }
}
