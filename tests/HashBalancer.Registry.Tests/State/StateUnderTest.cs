using HashBalancer.Consul.Models;
using HashBalancer.Testing;

namespace HashBalancer.Registry.Tests;

/// <summary>A state on a clock that the test moves.</summary>
internal sealed class StateUnderTest : IDisposable
{
    public StateUnderTest() => State = new RegistryState(new AgentIdentity("node-1", "n", "127.0.0.1", "dc1"), Clock, new Random(1));

    public ManualTimeProvider Clock { get; } = new();

    public RegistryState State { get; }

    public void Change(Action<Change> action)
    {
        using Change change = State.BeginChange();
        action(change);
    }

    public void Register(string id, string name, params (string Id, CheckPlan Plan, string Status)[] checks) => Change(change =>
        State.Agent.RegisterService(
            change,
            new AgentService { ID = id, Service = name, Weights = new ServiceWeights() },
            [
                .. checks.Select(check => (new HealthCheck
                {
                    Node = "node-1", CheckID = check.Id, Name = check.Id, Status = check.Status, ServiceID = id, ServiceName = name, Type = check.Plan.TypeName,
                }, check.Plan)),
            ],
            replaceChecks: false));

    public static CheckPlan Ttl(int seconds, int deregisterAfterSeconds = 0) => new(CheckKind.Ttl)
    {
        Ttl = TimeSpan.FromSeconds(seconds),
        DeregisterAfter = TimeSpan.FromSeconds(deregisterAfterSeconds),
    };

    public HealthCheck InCatalog(string checkId) => State.Catalog.Nodes["node-1"].Checks[checkId];

    public string NewSession(string ttl = "", string behavior = SessionBehavior.Release, TimeSpan? lockDelay = null, params string[] checks)
    {
        using Change change = State.BeginChange();
        return State.Sessions.Create(change, new SessionEntry
        {
            Node = "node-1",
            TTL = ttl,
            Behavior = behavior,
            LockDelay = lockDelay ?? TimeSpan.Zero,
            NodeChecks = ["serfHealth", .. checks],
        }).ID;
    }

    public bool Lock(string key, string session)
    {
        using Change change = State.BeginChange();
        return State.KeyWriter.Lock(change, key, "v"u8.ToArray(), 0, session) is not null;
    }

    public void Dispose() => State.Dispose();
}
