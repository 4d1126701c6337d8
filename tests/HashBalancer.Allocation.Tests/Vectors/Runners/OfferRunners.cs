using System.Text.Json;
using HashBalancer.Allocation.Offers;
using HashBalancer.Allocation.Resources;
using static HashBalancer.Allocation.Tests.Vectors.VectorCase;

namespace HashBalancer.Allocation.Tests.Vectors.Runners;

internal static class OfferRunners
{
    public static object Offers(VectorCase vector)
    {
        IReadOnlyList<JsonElement> events = List(vector.Json, "events");
        ResourceSet set = vector.Resources(events.Select(e => Optional(e, "resources")));
        var book = new OfferBook(set);
        TimeSpan now = TimeSpan.Zero;
        var offers = new List<Offer>();
        foreach (JsonElement e in events)
        {
            string op = Text(e, "op")!;
            switch (op)
            {
                case "agent":
                    book.AddNode(Name(e), Vector(set, e, "resources"));
                    break;
                case "framework":
                    book.AddFramework(Name(e), Text(e, "role")!);
                    break;
                case "guarantee":
                    book.Guarantee(Text(e, "role")!, Vector(set, e, "resources"));
                    break;
                case "decline":
                    book.Decline(Text(e, "framework")!, Text(e, "agent")!, now, TimeSpan.FromSeconds(Number(e, "refuseSeconds", 5)));
                    break;
                case "suppress":
                    book.Suppress(Text(e, "framework")!);
                    break;
                case "revive":
                    book.Revive(Text(e, "framework")!);
                    break;
                case "tick":
                    now += TimeSpan.FromSeconds(Number(e, "seconds", 1));
                    break;
                default:
                    throw new FormatException($"The event '{op}' is not known.");
            }

            if (op is "agent" or "framework" or "tick")
                offers.AddRange(book.Round(now));
        }

        return new Dictionary<string, object>
        {
            ["offers"] = offers.ConvertAll(o => new Dictionary<string, object> { ["framework"] = o.Framework, ["agent"] = o.Node, ["t"] = o.At.TotalSeconds }),
        };
    }
}
