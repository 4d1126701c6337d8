using HashBalancer.LoadTests.Scenarios;

namespace HashBalancer.LoadTests.Steps;

/// <summary>Which members of a JSON answer tell who served it; an empty name looks for none.</summary>
/// <param name="Node">The node's name, a string.</param>
/// <param name="Key">The key it was asked for, a string; another key than the request's is a failure.</param>
/// <param name="Cached">Whether the node had the key cached, a boolean.</param>
internal sealed record AnswerFields(string Node, string Key, string Cached)
{
    /// <summary>As the sample service of the gateway's demo answers.</summary>
    public static readonly AnswerFields Default = new("node", "key", "cached");

    public static AnswerFields Read(Section? section)
    {
        if (section is null)
            return Default;
        var fields = new AnswerFields(section.Text("node", ""), section.Text("key", ""), section.Text("cached", ""));
        section.Close();
        return fields;
    }
}
