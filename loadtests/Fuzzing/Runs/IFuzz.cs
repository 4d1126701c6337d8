using HashBalancer.Fuzzing.Checks;
using HashBalancer.Fuzzing.Parties;

namespace HashBalancer.Fuzzing.Runs;

/// <summary>What is damaged, and what must hold all the same.</summary>
internal interface IFuzz
{
    /// <summary>As reports name it.</summary>
    string Name { get; }

    /// <summary>What the node answers.</summary>
    NodeAnswer Answer(ReadOnlySpan<byte> id, bool isHead);

    /// <summary>Does the damaged exchange of this number.</summary>
    Task Exchange(Worker worker, long number);

    /// <summary>What else must hold when everything has ended.</summary>
    void Check(Gateway gateway, ScriptedNode node, Findings findings);
}
