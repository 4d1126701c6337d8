using HashBalancer.Consul.Models;

namespace HashBalancer.Registry.Tests;

public sealed class FilterTests
{
    private static readonly ServiceEntry Entry = new()
    {
        Node = new CatalogNode { Node = "node-1", Meta = new Dictionary<string, string> { ["rack"] = "r1" } },
        Service = new CatalogServiceInstance
        {
            ID = "s1",
            Service = "shop",
            Port = 80,
            Tags = ["v1", "blue"],
            Meta = new Dictionary<string, string> { ["zone"] = "a", ["od d"] = "x" },
            EnableTagOverride = true,
            TaggedAddresses = new Dictionary<string, ServiceAddress> { ["lan"] = new() { Address = "10.0.0.1", Port = 1 } },
        },
        Checks = [new HealthCheck { CheckID = "a", Status = "passing" }, new HealthCheck { CheckID = "b", Status = "critical" }],
    };

    [Theory]
    [InlineData("Service.ID == s1", true)]
    [InlineData("Service.ID == \"s1\"", true)]
    [InlineData("Service.ID==`s1`", true)]
    [InlineData("Service.ID != s1", false)]
    [InlineData("Service.Port == 80", true)]
    [InlineData("Service.Port != 80", false)]
    [InlineData("Service.EnableTagOverride == true", true)]
    [InlineData("v1 in Service.Tags", true)]
    [InlineData("Service.Tags contains green", false)]
    [InlineData("green not in Service.Tags", true)]
    [InlineData("Service.Tags not contains v1", false)]
    [InlineData("Service.Tags is empty", false)]
    [InlineData("Service.Tags is not empty", true)]
    [InlineData("Service.Meta.zone == a", true)]
    [InlineData("Service.Meta[\"od d\"] == x", true)]
    [InlineData("Service.Meta.none == a", false)]
    [InlineData("Service.Meta.none != a", true)]
    [InlineData("zone in Service.Meta", true)]
    [InlineData("Service.Meta is empty", false)]
    [InlineData("Service.TaggedAddresses.lan.Address == \"10.0.0.1\"", true)]
    [InlineData("Service.TaggedAddresses.wan.Address == \"10.0.0.1\"", false)]
    [InlineData("lan in Service.TaggedAddresses", true)]
    [InlineData("ho in Service.Service", true)]
    [InlineData("Service.ID matches \"s[12]\"", true)]
    [InlineData("Service.ID not matches \"s[12]\"", false)]
    [InlineData("Checks.Status == critical", true)]
    [InlineData("Checks.Status == warning", false)]
    [InlineData("Checks is empty", false)]
    [InlineData("Node.Meta.rack == r1 and not Service.ID == s2", true)]
    [InlineData("Service.ID == s2 or Service.ID == s1", true)]
    [InlineData("Service.ID == s1 and Service.ID == s2 or Service.Port == 80", true)]
    [InlineData("Service.ID == s1 and (Service.ID == s2 or Service.Port == 81)", false)]
    [InlineData("( not ( Service.ID == s2 ) )", true)]
    [InlineData("not not Service.ID == s1", true)]
    [InlineData("Service.Kind == \"\"", true)]
    [InlineData("", true)]
    public void Compile_Expression_TestsAsGoBexprDoes(string expression, bool matches) =>
        Assert.Equal(matches, Filter.Compile(expression, FilterSchemas.Entry)(Entry));

    [Theory]
    [InlineData("((", "1:3 (2): no match found, expected: \"(\", \"-\", \"0\", \"\\\"\", \"`\", \"not\", [ \\t\\r\\n], [1-9] or [a-zA-Z]")]
    [InlineData("Service.Port > 82", "1:14 (13): no match found, expected: \"!=\", \"==\", \"contains\", \"in\", \"is\", \"matches\", \"not\" or [ \\t\\r\\n]")]
    [InlineData("bad", "1:4 (3): no match found, expected: \"!=\", \".\", \"==\", \"[\", [ \\t\\r\\n] or [a-zA-Z0-9_]")]
    [InlineData("Service.Nope == 1", "Selector \"Service.Nope\" is not valid")]
    [InlineData("Service == 1", "Selector \"Service\" is not valid")]
    [InlineData("Service.Port.x == 1", "Selector \"Service.Port.x\" is not valid")]
    [InlineData("Service.Port matches 1", "Invalid match operator \"Matches\" for selector \"Service.Port\"")]
    [InlineData("Service.Tags == a", "Invalid match operator \"Equal\" for selector \"Service.Tags\"")]
    [InlineData("Service.ID == \"s1", "1:18 (17): Unterminated string literal")]
    [InlineData("(Service.ID == s1", "1:18 (17): Unmatched parentheses")]
    public void Compile_Refused_SaysWhy(string expression, string reason)
    {
        RefusedException error = Assert.Throws<RefusedException>(() => Filter.Compile(expression, FilterSchemas.Entry));

        Assert.Equal(500, error.Status);
        Assert.Equal("Failed to create boolean expression evaluator: " + reason, error.Message);
    }

    [Fact]
    public void Compile_NestedTooDeep_IsRefusedAtOnce() =>
        Assert.Contains(
            "nested deeper",
            Assert.Throws<RefusedException>(() => Filter.Compile(new string('(', 5000), FilterSchemas.Entry)).Message,
            StringComparison.Ordinal);
}
