using System.Diagnostics.Metrics;
using HashBalancer.Consul.Models;

namespace HashBalancer.Control.Tests;

public sealed class ControlTelemetryTests
{
    [Fact]
    public async Task Instruments_AfterAnswersAndFailures_TellWhatHappened()
    {
        await using ControlRig rig = new();
        using Readings readings = new(rig.MeterFactory);
        await rig.Start(new PoolDefinition("items", "web"), new PoolDefinition("users", "accounts"));
        Assert.Equal(0, readings.Of("hashbalancer.registry.up"));
        Assert.False(readings.Has("hashbalancer.registry.age"));

        ServiceEntry[] several = Instance.Several(3);
        several[1] = Instance.Of("web-2", checks: Instance.Check("_node_maintenance", "critical"));
        await rig.Source.Answer("web", 7, several);
        await rig.Source.Answer("web", 8, Instance.Of("web-1", port: 5001), Instance.Of("web-9", checks: Instance.Check("c", "critical")), several[1]);
        await rig.Source.Answer("web", 9, Instance.Of("web-1", port: 5001), Instance.Of("web-9", checks: Instance.Check("c", "critical")), several[1]);
        await rig.Published();
        rig.Time.Advance(TimeSpan.FromSeconds(2.5));
        await rig.Source.Give("accounts", new RegistryEvent<InstanceReading>.Failure(QueryOutcome.Refused, "403"));
        await rig.Source.Fail("accounts");
        await rig.Published();

        Assert.Equal(1, readings.Of("hashbalancer.registry.up"));
        Assert.Equal(2.5, readings.Of("hashbalancer.registry.age"));
        Assert.Equal(3, readings.Of("hashbalancer.registry.queries", "outcome=answered"));
        Assert.Equal(1, readings.Of("hashbalancer.registry.queries", "outcome=refused"));
        Assert.Equal(1, readings.Of("hashbalancer.registry.queries", "outcome=failed"));
        Assert.Equal(1, readings.Of("hashbalancer.nodes", "pool=items,state=up"));
        Assert.Equal(1, readings.Of("hashbalancer.nodes", "pool=items,state=draining"));
        Assert.Equal(1, readings.Of("hashbalancer.nodes", "pool=items,state=down"));
        Assert.Equal(0, readings.Of("hashbalancer.nodes", "pool=users,state=up"));
        Assert.Equal(rig.Current.Version, readings.Of("hashbalancer.snapshot.version"));
        Assert.Equal(0, readings.Of("hashbalancer.membership.held", "pool=items"));
        Assert.False(readings.Has("hashbalancer.membership.changes", "pool=users"));
    }

    [Fact]
    public async Task MembershipChanges_CountSnapshotsThatChangedThePoolsNodes()
    {
        await using ControlRig rig = new();
        using Readings readings = new(rig.MeterFactory);
        await rig.Start(new PoolDefinition("items", "web"));
        for (int i = 1; i <= 3; i++)
        {
            await rig.Source.Answer("web", (ulong)(7 + i), Instance.Several(i));
            await rig.Published();
        }

        await rig.Source.Answer("web", 11, Instance.Several(3));
        await rig.Source.Fail("web"); // The note changes, the nodes do not.
        await rig.Published();
        Assert.Equal(3, readings.Of("hashbalancer.membership.changes", "pool=items"));
    }

    [Fact]
    public async Task MembershipHeld_TellsHeldNodes()
    {
        await using ControlRig rig = new();
        using Readings readings = new(rig.MeterFactory);
        await rig.Start(new PoolDefinition("items", "web"));
        await rig.Source.Answer("web", 7, Instance.Several(2));
        await rig.Source.Answer("web", 1);
        Assert.Equal(2, readings.Of("hashbalancer.membership.held", "pool=items"));
    }

    /// <summary>The latest or summed value of every instrument of one factory's meter, by its labels.</summary>
    private sealed class Readings : IDisposable
    {
        private readonly MeterListener _listener = new();
        private readonly Dictionary<string, double> _values = [];

        public Readings(IMeterFactory factory)
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == ControlTelemetry.MeterName && instrument.Meter.Scope == factory)
                    listener.EnableMeasurementEvents(instrument);
            };
            _listener.SetMeasurementEventCallback<int>((instrument, value, labels, _) => Take(instrument, value, labels));
            _listener.SetMeasurementEventCallback<long>((instrument, value, labels, _) => Take(instrument, value, labels));
            _listener.SetMeasurementEventCallback<double>((instrument, value, labels, _) => Take(instrument, value, labels));
            _listener.Start();
        }

        public double Of(string instrument, string labels = "")
        {
            Record();
            return _values[$"{instrument}{{{labels}}}"];
        }

        public bool Has(string instrument, string labels = "")
        {
            Record();
            return _values.ContainsKey($"{instrument}{{{labels}}}");
        }

        public void Dispose() => _listener.Dispose();

        private void Record() => _listener.RecordObservableInstruments();

        private void Take(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> labels)
        {
            string name = $"{instrument.Name}{{{string.Join(',', labels.ToArray().Select(l => $"{l.Key}={l.Value}"))}}}";
            lock (_values)
                _values[name] = instrument.IsObservable ? value : _values.GetValueOrDefault(name) + value;
        }
    }
}
