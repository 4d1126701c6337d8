using HashBalancer.Consul.Models;

namespace HashBalancer.Registry.Tests;

/// <summary>The cached lists of instances: whatever changes, they say what the rows say.</summary>
public sealed class ServiceViewTests : IDisposable
{
    private readonly StateUnderTest _test = new();

    public void Dispose() => _test.Dispose();

    [Fact]
    public void Views_RandomChanges_AlwaysShowTheRows()
    {
        var random = new Random(7);
        for (int step = 0; step < 3000; step++)
        {
            int i = random.Next(60);
            switch (random.Next(6))
            {
                case 0:
                    _test.Register($"s{i}", "web", ($"c{i}", StateUnderTest.Ttl(3600), "passing"));
                    break;
                case 1:
                    _test.Change(change => _test.State.Agent.DeregisterService(change, $"s{i}"));
                    break;
                case 2 or 3:
                    _test.Change(change => _test.State.Agent.Report(change, $"c{i}", random.Next(2) == 0 ? "passing" : "critical", $"{step}"));
                    break;
                case 4:
                    _test.Change(change => _test.State.Agent.SetNodeMaintenance(change, random.Next(2) == 0, ""));
                    break;
                default:
                    _test.Register($"s{i}", random.Next(8) == 0 ? "other" : "web");
                    break;
            }

            if (random.Next(3) == 0)
                AssertViews("web");
        }

        AssertViews("web");
        AssertViews("other");
    }

    [Fact]
    public void Views_OneOfManyChanged_KeepsTheOthersJson()
    {
        for (int i = 0; i < 100; i++)
            _test.Register($"s{i:00}", "web", ($"c{i:00}", StateUnderTest.Ttl(3600), "passing"));
        InstanceView[] before = _test.State.Catalog.Services["web"].Views;
        _test.Change(change => _test.State.Agent.Report(change, "c42", "critical", ""));

        InstanceView[] after = _test.State.Catalog.Services["web"].Views;

        Assert.Equal([42], Enumerable.Range(0, 100).Where(i => !ReferenceEquals(before[i], after[i])));
        Assert.True(before[42].Passes);
        Assert.False(after[42].Passes);
    }

    private void AssertViews(string service)
    {
        if (!_test.State.Catalog.Services.TryGetValue(service, out ServiceSet? set))
            return;
        Assert.Equal(
            set.Rows.Values.Select(row => Describe(row.Node.Node, row.Service, [.. row.Node.NodeChecks.Values, .. row.Checks.Values])),
            set.Views.Select(view => Describe(view.Entry.Node, view.Entry.Service, view.Entry.Checks!)));
    }

    private static string Describe(CatalogNode node, CatalogServiceInstance service, IEnumerable<HealthCheck> checks) =>
        $"{node.Node} {service.ID} {service.Service} {service.ModifyIndex} {string.Join(' ', checks.Select(check => $"{check.CheckID}={check.Status}"))}";
}
