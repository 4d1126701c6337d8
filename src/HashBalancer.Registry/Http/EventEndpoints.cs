using System.Text.RegularExpressions;
using HashBalancer.Consul.Models;

namespace HashBalancer.Registry;

/// <summary>/v1/event/*: user events, which reach the agents whose node and services match.</summary>
internal sealed class EventEndpoints(RegistryState state, IndexedReads reads)
{
    /// <summary>What Consul's gossip carries of one event, all in all.</summary>
    private const int MaxEncoded = 512;

    /// <summary>What an event's envelope takes of that: id, version, names of members, prefix of the name.</summary>
    private const int Envelope = 100;

    public void Map(Router router)
    {
        router.Map("/v1/event/fire/", ("PUT", FireAsync));
        router.Map("/v1/event/list", ("GET", ListAsync));
    }

    private async ValueTask<Answer> FireAsync(ApiCall call)
    {
        if (call.Rest.Length == 0)
            throw RefusedException.BadRequest("Missing name");
        QueryOptions.Parse(call).RequireDatacenter(state.Identity.Datacenter);
        (string node, string service, string tag) = (call.Query.Get("node"), call.Query.Get("service"), call.Query.Get("tag"));
        Regex? nodes = Pattern("node", node), services = Pattern("service", service), tags = Pattern("tag", tag);
        if (tag.Length > 0 && service.Length == 0)
            throw RefusedException.Failed("Cannot provide tag filter without service filter");
        ReadOnlyMemory<byte> payload = await call.ReadBodyAsync();
        if (Envelope + call.Rest.Length + payload.Length + node.Length + service.Length + tag.Length > MaxEncoded)
        {
            throw RefusedException.Failed(
                "1 error occurred:\n\t* error broadcasting event to segment \"\": "
                + $"user event exceeds configured limit of {MaxEncoded} bytes before encoding\n\n");
        }

        RequireFire(call);
        using Change change = state.BeginChange();
        var fired = new UserEvent
        {
            ID = state.NewId(),
            Name = call.Rest,
            Payload = payload.IsEmpty ? null : payload.ToArray(),
            NodeFilter = node,
            ServiceFilter = service,
            TagFilter = tag,
            Version = 1,
        };
        ulong time = state.Events.NextTime();
        if (nodes?.IsMatch(state.Identity.NodeName) != false && ReachesService(services, tags))
            state.Events.Add(change, fired with { LTime = time });
        return Answer.Json(fired, ConsulJson.Default.UserEvent);
    }

    private static void RequireFire(ApiCall call)
    {
        try
        {
            ApiCall.Require(call.Authority.Event(call.Rest, Access.Write));
        }
        catch (RefusedException e) when (e.Message == RefusedException.UnknownToken)
        {
            // This endpoint alone makes a failure of it.
            throw RefusedException.Failed(e.Message);
        }
    }

    private bool ReachesService(Regex? services, Regex? tags) =>
        services is null
        || state.Agent.Services.Values.Any(service =>
            services.IsMatch(service.Service) && (tags is null || (service.Tags ?? []).Any(tags.IsMatch)));

    private async ValueTask<Answer> ListAsync(ApiCall call)
    {
        QueryOptions options = QueryOptions.Parse(call);
        string name = call.Query.Get("name");
        Authority authority = call.Authority;

        // Indexes of events only tell lists apart, so a wait is for 2, another list, while this one counts as 1.
        QueryAnswer<IReadOnlyList<UserEvent>> Look(List<Topic> watch)
        {
            watch.Add(Topic.Events);
            IReadOnlyList<UserEvent> events = [.. state.Events.All.Where(happened =>
                (name.Length == 0 || happened.Name == name) && authority.Event(happened.Name, Access.Read))];
            return QueryAnswer.Of(IndexOf(events) == options.Index ? 1UL : 2UL, events);
        }

        IReadOnlyList<UserEvent> found = options.Index == 0
            ? state.Read(() => Look([]).Value)
            : (await reads.RunAsync(call, 1, options.Wait + state.RandomPart(options.Wait / 16), Look)).Value;
        return Answer.Json(found, ConsulJson.Default.IReadOnlyListUserEvent).With("X-Consul-Index", IndexOf(found).ToString());
    }

    private static ulong IndexOf(IReadOnlyList<UserEvent> events) => events.Count > 0 ? UserEvents.IndexOf(events[^1].ID) : 1;

    private static Regex? Pattern(string what, string pattern)
    {
        if (pattern.Length == 0)
            return null;
        try
        {
            // NonBacktracking is linear in its input, as Go's regular expressions are.
            return new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (RegexParseException e)
        {
            string fault = e.Error switch
            {
                RegexParseError.InsufficientClosingParentheses => "missing closing )",
                RegexParseError.InsufficientOpeningParentheses => "unexpected )",
                RegexParseError.UnterminatedBracket => "missing closing ]",
                RegexParseError.QuantifierAfterNothing => "missing argument to repetition operator",
                RegexParseError.UnescapedEndingBackslash => "trailing backslash at end of expression",
                _ => "invalid or unsupported Perl syntax",
            };
            throw RefusedException.Failed($"Invalid {what} filter: error parsing regexp: {fault}: `{pattern}`");
        }
        catch (NotSupportedException)
        {
            throw RefusedException.Failed($"Invalid {what} filter: error parsing regexp: invalid or unsupported Perl syntax: `{pattern}`");
        }
    }
}
