using System.Security.Cryptography;
using System.Text;

namespace HashBalancer.Registry;

/// <summary>The tokens that open the registry: one that may do everything, given from outside, and those made with it.</summary>
/// <remarks>Guarded by the state's lock. Tokens are compared in constant time and never logged.</remarks>
internal sealed class AclTable(RegistryState state)
{
    private readonly Dictionary<string, AclPolicy> _policies = new(StringComparer.Ordinal);
    private readonly Dictionary<string, AclToken> _tokens = new(StringComparer.Ordinal);
    private byte[]? _master;

    /// <summary>Whether callers need a token.</summary>
    public bool IsOn => _master is not null;

    /// <summary>Index of the last write; 0 before that.</summary>
    public ulong Index { get; private set; }

    public IEnumerable<AclPolicy> Policies => _policies.Values;

    public IEnumerable<AclToken> Tokens => _tokens.Values;

    /// <summary>Turns access control on.</summary>
    public void SetMaster(string token) => _master = Encoding.UTF8.GetBytes(token);

    /// <summary>What the bearer of a token may do; null when there is no such token.</summary>
    public Authority? Resolve(string secret)
    {
        if (_master is null)
            return Authority.All;
        if (secret.Length == 0)
            return Authority.Anonymous;
        byte[] given = Encoding.UTF8.GetBytes(secret);
        if (CryptographicOperations.FixedTimeEquals(given, _master))
            return Authority.All;
        return Find(secret) is { } token
            ? Authority.Of(token.Policies.SelectMany(link => _policies.TryGetValue(link.ID, out AclPolicy? policy) ? AclRuleParser.Parse(policy.Rules) : []))
            : null;
    }

    public AclToken? Find(string secret)
    {
        byte[] given = Encoding.UTF8.GetBytes(secret);
        AclToken? found = null;
        foreach (AclToken token in _tokens.Values)
        {
            if (CryptographicOperations.FixedTimeEquals(given, Encoding.UTF8.GetBytes(token.SecretID)))
                found = token;
        }

        return found;
    }

    /// <summary>Adds a policy.</summary>
    /// <exception cref="StateException">Its name is taken, or its rules are malformed.</exception>
    public AclPolicy AddPolicy(Change change, string name, string description, string rules)
    {
        if (name.Length == 0)
            throw new StateException("Invalid Policy: no Name is set");
        if (_policies.Values.Any(known => known.Name == name))
            throw new StateException($"Invalid Policy: A Policy with Name \"{name}\" already exists");
        try
        {
            AclRuleParser.Parse(rules);
        }
        catch (FormatException e)
        {
            throw new StateException(e.Message);
        }

        Index = change.Index;
        var policy = new AclPolicy
        {
            ID = state.NewId(),
            Name = name,
            Description = description,
            Rules = rules,
            Hash = HashOf(name + description + rules),
            CreateIndex = change.Index,
            ModifyIndex = change.Index,
        };
        _policies.Add(policy.ID, policy);
        return policy;
    }

    /// <summary>Makes a token with policies named by name or id.</summary>
    /// <exception cref="StateException">A policy does not exist.</exception>
    public AclToken AddToken(Change change, string description, IReadOnlyList<AclLink> links)
    {
        AclLink[] policies =
        [
            .. links.Select(link => _policies.Values.FirstOrDefault(policy => policy.ID == link.ID || policy.Name == link.Name) is { } policy
                ? new AclLink { ID = policy.ID, Name = policy.Name }
                : throw new StateException($"No such ACL policy with name \"{link.Name}\"")),
        ];
        Index = change.Index;
        var token = new AclToken
        {
            AccessorID = state.NewId(),
            SecretID = NewSecret(),
            Description = description,
            Policies = policies,
            CreateTime = state.Time.GetUtcNow(),
            Hash = HashOf(description + string.Concat(policies.Select(policy => policy.ID))),
            CreateIndex = change.Index,
            ModifyIndex = change.Index,
        };
        _tokens.Add(token.AccessorID, token);
        return token;
    }

    /// <summary>Deletes a token; an unknown one is fine.</summary>
    public void RemoveToken(Change change, string accessor)
    {
        if (_tokens.Remove(accessor))
            Index = change.Index;
    }

    /// <summary>Puts back what a snapshot holds.</summary>
    public void Restore(IEnumerable<AclPolicy> policies, IEnumerable<AclToken> tokens, ulong index)
    {
        foreach (AclPolicy policy in policies)
            _policies[policy.ID] = policy;
        foreach (AclToken token in tokens)
            _tokens[token.AccessorID] = token;
        Index = index;
    }

    /// <summary>Secrets come from the system's generator, not from the seeded one.</summary>
    private static string NewSecret()
    {
        Span<byte> bytes = stackalloc byte[16];
        RandomNumberGenerator.Fill(bytes);
        return new Guid(bytes).ToString();
    }

    private static string HashOf(string text) => Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
