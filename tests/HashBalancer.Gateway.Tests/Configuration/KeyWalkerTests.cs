using HashBalancer.Gateway.Configuration;
using Microsoft.Extensions.Configuration;

namespace HashBalancer.Gateway.Tests.Configuration;

public sealed class KeyWalkerTests
{
    private enum Colour
    {
        Red,
        Green,
    }

    private sealed class Inner
    {
        public int Count { get; set; }

        public TimeSpan? Wait { get; set; }

        public Colour Colour { get; set; }

        public string Computed => "";
    }

    private sealed class Outer
    {
        public Inner One { get; set; } = new();

        public Dictionary<string, Inner> Many { get; set; } = [];

        public List<string> Names { get; set; } = [];
    }

    [Theory]
    [InlineData("x:One:Count", "3")]
    [InlineData("x:one:wait", "00:00:05")]
    [InlineData("x:Many:any name:Colour", "green")]
    [InlineData("x:Names:0", "a")]
    [InlineData("x:Many:a:Colour:0", "Red")]
    public void Check_KnownKeyAndValue_IsSilent(string key, string value) => Assert.Empty(Check((key, value)));

    [Theory]
    [InlineData("x:Onne", "1", "x:Onne: is not a known key. Did you mean 'One'? Allowed here: Many, Names, One.")]
    [InlineData("x:Many:a:Cuont", "1", "x:Many:a:Cuont: is not a known key. Did you mean 'Count'? Allowed here: Colour, Count, Wait.")]
    [InlineData("x:One:Computed", "1", "x:One:Computed: is not a known key. Allowed here: Colour, Count, Wait.")]
    [InlineData("x:One:Count", "many", "x:One:Count: is 'many', but must be a number (Int32).")]
    [InlineData("x:One:Wait", "5 s", "x:One:Wait: is '5 s', but must be a time span such as 00:00:05.")]
    [InlineData("x:One:Colour", "blue", "x:One:Colour: is 'blue', but must be Red, Green.")]
    [InlineData("x:One", "1", "x:One: is '1', but must be a section with Colour, Count, Wait.")]
    [InlineData("x:One:Count:0", "1", "x:One:Count: is a section, but must be a number (Int32).")]
    public void Check_Fault_NamesKeyValueAndWhatIsAllowed(string key, string value, string expected) =>
        Assert.Equal(expected, Assert.Single(Check((key, value))).ToString());

    [Fact]
    public void Check_SeveralFaults_ReportsAll() =>
        Assert.Equal(["x:A", "x:One:B", "x:One:Count"], Check(("x:A", "1"), ("x:One:B", "1"), ("x:One:Count", "c")).Select(error => error.Key).Order(StringComparer.Ordinal));

    private static List<ConfigurationError> Check(params (string Key, string Value)[] settings)
    {
        IConfigurationRoot root = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(s => new KeyValuePair<string, string?>(s.Key, s.Value)))
            .Build();
        List<ConfigurationError> errors = [];
        KeyWalker.Check(root.GetSection("x"), typeof(Outer), errors);
        return errors;
    }
}
