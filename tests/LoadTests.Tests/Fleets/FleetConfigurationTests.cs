using System.Text.Json.Nodes;
using HashBalancer.LoadTests.Fleets;
using HashBalancer.LoadTests.Nodes;

namespace HashBalancer.LoadTests.Tests.Fleets;

public sealed class FleetConfigurationTests
{
    private static readonly FleetPlan Plan = new(
        1, 1, NodeWork.None, new Dictionary<string, string>(), new Dictionary<string, IReadOnlyDictionary<string, string>>(), Faulty: false);

    [Fact]
    public void Of_SharedPools_HaveARouteAndSettingsEach()
    {
        JsonObject json = FleetConfiguration.Of(Plan with
        {
            Pools = new SortedDictionary<string, IReadOnlyDictionary<string, string>>
            {
                ["a"] = new Dictionary<string, string> { ["Allocation:Enabled"] = "true" },
                ["b"] = new Dictionary<string, string>(),
            },
        });

        Assert.Equal(
            """{"Pools":{"a":{"Service":"a","HashKeys":["header:X-User-Id"],"Allocation":{"Enabled":"true"}},"b":{"Service":"b","HashKeys":["header:X-User-Id"]}}}""",
            json["HashBalancer"]!.ToJsonString());
        Assert.Equal("""{"a":{"ClusterId":"a","Match":{"Path":"/a/{**rest}"}},"b":{"ClusterId":"b","Match":{"Path":"/b/{**rest}"}}}""", json["ReverseProxy"]!["Routes"]!.ToJsonString());
    }

    [Fact]
    public void Of_Settings_StandBesideAndInPlaceOfTheFleetsOwn()
    {
        JsonObject json = FleetConfiguration.Of(Plan with
        {
            Settings = new Dictionary<string, string> { ["Pools:items:Admission:Limit"] = "16", ["Pools:items:HashKeys"] = "path,client-ip", ["Zone"] = "a" },
        });

        Assert.Equal(
            """{"Pools":{"items":{"Service":"items","HashKeys":["path","client-ip"],"Admission":{"Limit":"16"}}},"Zone":"a"}""",
            json["HashBalancer"]!.ToJsonString());
    }
}
