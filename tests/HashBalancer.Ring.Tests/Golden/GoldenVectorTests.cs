using System.Text.Json;
using System.Text.Json.Serialization;

namespace HashBalancer.Ring.Tests.Golden;

/// <summary>The format's fixed answers. vectors.json is made by ring.py, an implementation that shares nothing with this product's.</summary>
public sealed class GoldenVectorTests
{
    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);

    private static readonly Vectors All = JsonSerializer.Deserialize<Vectors>(
        File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Golden", "vectors.json")),
        Web)!;

    public static TheoryData<string> Memberships => [.. All.Memberships.Select(m => m.Name)];

    [Fact]
    public void Vectors_AreOfTheFormatsVersion_AndMany()
    {
        Assert.Equal(KeyHash.FormatVersion, All.FormatVersion);
        Assert.True(All.Keys.Length >= 200);
        Assert.True(All.Memberships.Length >= 6);
    }

    [Fact]
    public void Hash_OfEveryKey_IsTheVectors() =>
        Assert.Equal(All.Hashes, All.Keys.Select(key => KeyHash.Of(key).ToString("x16")));

    [Theory]
    [MemberData(nameof(Memberships))]
    public void Walk_OfEveryKey_IsTheVectors(string name)
    {
        Membership membership = All.Memberships.Single(m => m.Name == name);
        RingMember[] members = [.. membership.Members.Select(m => new RingMember(m[0].GetString()!, m[1].GetDouble()))];
        var ring = HashRing.Build(members, membership.PointsPerUnitWeight);

        Assert.Equal(All.Keys.Length, membership.Walks.Length);
        for (int i = 0; i < All.Keys.Length; i++)
        {
            ulong hash = KeyHash.Of(All.Keys[i]);
            string[] expected = [.. membership.Walks[i].Select(index => members[index].Id)];
            Assert.Equal(expected, ring.WalkIds(hash, All.WalkLength));
            Assert.Equal(expected[0], ring.OwnerId(hash));
        }
    }

    private sealed record Vectors(int FormatVersion, int WalkLength, string[] Keys, string[] Hashes, Membership[] Memberships);

    private sealed record Membership(string Name, int PointsPerUnitWeight, [property: JsonRequired] JsonElement[][] Members, int[][] Walks);
}
