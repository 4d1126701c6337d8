using System.Globalization;
using System.Text.Json.Serialization;
using HashBalancer.Allocation.Validation;
using HashBalancer.Consul;
using HashBalancer.Control;

namespace HashBalancer.Gateway.Admin;

/// <summary>What operators ask of the fleet, under <c>/api/v1/allocation</c>: to freeze and pin, what changes would bring, and what was decided by what.</summary>
/// <remarks>
/// <c>POST …/freeze</c>, <c>…/unfreeze</c>: no node of the fleet changes its pool. <c>POST …/pools/{pool}/freeze</c>, <c>…/unfreeze</c>: the pool keeps what it has;
/// <c>…/opt-out</c>, <c>…/opt-in</c>: nothing is taken from it. <c>POST …/nodes/{node}/pin?pool=POOL</c>, <c>…/unpin</c>. <c>GET …/controls</c>: all of that.
/// <c>GET …/what-if</c> with <c>weight=POOL:W</c>, <c>guarantee=POOL:N</c>, <c>demand=POOL:N</c> or <c>POOL:xF</c> (<c>*</c> for all pools), <c>lose-zone=Z</c>, <c>lose-node=N</c>, <c>policy=P</c>, each as
/// often as wanted. <c>GET …/epochs</c>, <c>…/epochs/{epoch}</c>, <c>…/epochs/{epoch}/replay</c>. Answers 503 when the registry cannot be asked.
/// </remarks>
internal sealed class FleetCommandEndpoints
{
    private const string Root = AllocationEndpoints.Root;
    private readonly IEndpointRouteBuilder _endpoints;
    private readonly AuditLog _audit;
    private readonly FleetDesk _desk;
    private readonly FleetView _view;
    private readonly AllocatedPools _pools;

    private FleetCommandEndpoints(IEndpointRouteBuilder endpoints, IServiceProvider gateway, AuditLog audit)
    {
        _endpoints = endpoints;
        _audit = audit;
        _desk = gateway.GetRequiredService<FleetDesk>();
        _view = gateway.GetRequiredService<FleetView>();
        _pools = gateway.GetRequiredService<AllocatedPools>();
    }

    public static void Map(IEndpointRouteBuilder endpoints, IServiceProvider gateway, AuditLog audit)
    {
        var commands = new FleetCommandEndpoints(endpoints, gateway, audit);
        commands.MapChanges();
        commands.MapQuestions();
    }

    private void MapChanges()
    {
        MapChange("/freeze", "Lets no node of the fleet change its pool any more; moves under way end.", (controls, _, _) => controls with { Frozen = true });
        MapChange("/unfreeze", "Lets nodes of the fleet change their pools again.", (controls, _, _) => controls with { Frozen = false });
        MapChange("/pools/{pool}/freeze", "Has a pool keep the nodes that it has.", (controls, pool, _) => controls with { FrozenPools = With(controls.FrozenPools, pool!) });
        MapChange("/pools/{pool}/unfreeze", "Takes that back.", (controls, pool, _) => controls with { FrozenPools = Without(controls.FrozenPools, pool!) });
        MapChange("/pools/{pool}/opt-out", "Has no node taken from a pool for others.", (controls, pool, _) => controls with { OptedOut = With(controls.OptedOut, pool!) });
        MapChange("/pools/{pool}/opt-in", "Takes that back.", (controls, pool, _) => controls with { OptedOut = Without(controls.OptedOut, pool!) });
        MapChange("/nodes/{node}/pin", "Gives a node to a pool, whatever the shares are.", (controls, pool, node) =>
            controls with { Pins = new Dictionary<string, string>(controls.Pins, StringComparer.Ordinal) { [node!] = pool! } }, ("pool", "The pool.", true));
        MapChange("/nodes/{node}/unpin", "Takes that back.", (controls, _, node) =>
            controls with { Pins = controls.Pins.Where(pin => pin.Key != node).ToDictionary(StringComparer.Ordinal) });
    }

    private void MapQuestions()
    {
        // What takes the context alone would count as a delegate without an answer, and answer nothing.
        _endpoints.MapGet(Root + "/controls", (Delegate)((HttpContext context) => AskAsync(async () => Results.Json(await _desk.ControlsAsync(context.RequestAborted), AllocationJson.Default.FleetControls))))
            .Describe("What operators want of the fleet.", AllocationJson.Default.FleetControls);
        _endpoints.MapGet(Root + "/what-if", (Delegate)((HttpContext context) => AskAsync(() => TryAsync(context))))
            .Describe("What changes would make of the fleet as it is.", FleetCommandJson.Default.WhatIfResult, null, [.. WhatIfQuery.Words.Select(word => (word.Key, word.Value, false))]);
        _endpoints.MapGet(Root + "/epochs", (Delegate)((HttpContext context) => AskAsync(async () => Results.Json(await _desk.EpochsAsync(context.RequestAborted), FleetCommandJson.Default.IReadOnlyListInt64))))
            .Describe("The epochs that are recorded, the last one first.", FleetCommandJson.Default.IReadOnlyListInt64);
        _endpoints.MapGet(Root + "/epochs/{epoch:long}", (HttpContext context, long epoch) => AskAsync(async () =>
                await _desk.EpochAsync(epoch, context.RequestAborted) is { } record ? Results.Json(record, AllocationJson.Default.RecordedEpoch) : NoEpoch(epoch)))
            .Describe("An epoch with what it was decided by.", AllocationJson.Default.RecordedEpoch);
        _endpoints.MapGet(Root + "/epochs/{epoch:long}/replay", (HttpContext context, long epoch) => AskAsync(async () =>
                await _desk.EpochAsync(epoch, context.RequestAborted) is { } record ? Results.Json(EpochReplay.Of(record), FleetCommandJson.Default.EpochReplay) : NoEpoch(epoch)))
            .Describe("An epoch decided again from what it was decided by.", FleetCommandJson.Default.EpochReplay);
    }

    private void MapChange(string path, string summary, Func<FleetControls, string?, string?, FleetControls> change, params IReadOnlyList<(string, string, bool)> queries) =>
        _endpoints.MapPost(Root + path, async (HttpContext context) =>
        {
            string? node = context.GetRouteValue("node") as string;
            bool needsPool = queries.Count > 0 || context.GetRouteValue("pool") is not null;
            string? asked = context.GetRouteValue("pool") as string ?? context.Request.Query["pool"].FirstOrDefault();
            string? pool = _pools.Current.Keys.FirstOrDefault(name => name.Equals(asked, StringComparison.OrdinalIgnoreCase));
            IResult answer = needsPool && pool is null ? AllocationEndpoints.NoPool(asked ?? "")
                : queries.Count > 0 && _view.State?.Nodes.Any(one => one.Node == node) != true ? AdminProblem.Of(StatusCodes.Status404NotFound, $"The fleet has no node '{node}'.")
                : await AskAsync(async () => Results.Json(await _desk.ChangeAsync(controls => change(controls, pool, node), context.RequestAborted), AllocationJson.Default.FleetControls));
            return _audit.Note(context, path[(path.LastIndexOf('/') + 1)..], node is not null ? $"fleet/nodes/{node}" : needsPool ? $"fleet/pools/{asked}" : "fleet", node is not null ? pool : null, answer);
        }).Describe(summary, AllocationJson.Default.FleetControls, null, queries);

    private async Task<IResult> TryAsync(HttpContext context)
    {
        if (WhatIfQuery.Read(context.Request.Query, out string? fault) is not { } changes)
            return AdminProblem.Of(StatusCodes.Status400BadRequest, fault!);
        try
        {
            return Results.Json(changes.Try(await _desk.LiveAsync(context.RequestAborted)), FleetCommandJson.Default.WhatIfResult);
        }
        catch (Exception e) when (e is ArgumentException or AllocationSpecException)
        {
            return AdminProblem.Of(StatusCodes.Status400BadRequest, e.Message);
        }
    }

    private static async Task<IResult> AskAsync(Func<Task<IResult>> answer)
    {
        try
        {
            return await answer();
        }
        catch (ConsulException error)
        {
            return AdminProblem.RegistryAway(error);
        }
    }

    private static string[] With(IReadOnlyList<string> names, string name) => [.. names.Append(name).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    private static string[] Without(IReadOnlyList<string> names, string name) => [.. names.Where(one => one != name)];

    private static IResult NoEpoch(long epoch) =>
        AdminProblem.Of(StatusCodes.Status404NotFound, string.Create(CultureInfo.InvariantCulture, $"Epoch {epoch} is not recorded, or not any more: see HashBalancer:Allocation:History."));
}

/// <summary>An epoch decided again from what it was decided by.</summary>
/// <param name="Number">The epoch.</param>
/// <param name="IsSame">Whether the same came out.</param>
/// <param name="At">When it was decided.</param>
/// <param name="Leader">Who decided.</param>
/// <param name="Changed">What it changed.</param>
/// <param name="Division">The division, line by line.</param>
internal sealed record EpochReplay(long Number, bool IsSame, DateTimeOffset At, string Leader, IReadOnlyList<FleetLease> Changed, IReadOnlyList<string> Division)
{
    public static EpochReplay Of(RecordedEpoch record)
    {
        FleetDecision plan = FleetPlanner.Plan(record.Input);
        string? division = plan.Allocation?.ToCanonicalText();
        bool isSame = division == record.Division && plan.Changed.Select(Step).SequenceEqual(record.Changed.Select(Step));
        return new EpochReplay(record.Number, isSame, record.Input.Now, record.Leader, plan.Changed, division?.Split('\n', StringSplitOptions.RemoveEmptyEntries) ?? []);

        static (string, string?, LeasePhase, string?) Step(FleetLease lease) => (lease.Node, lease.Pool, lease.Phase, lease.Next);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(WhatIfResult))]
[JsonSerializable(typeof(EpochReplay))]
[JsonSerializable(typeof(IReadOnlyList<long>))]
[JsonSerializable(typeof(FleetInput))]
internal sealed partial class FleetCommandJson : JsonSerializerContext;
