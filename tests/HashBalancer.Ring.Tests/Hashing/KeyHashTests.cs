using System.IO.Hashing;
using System.Text;
using HashBalancer.Testing;

namespace HashBalancer.Ring.Tests.Hashing;

public sealed class KeyHashTests
{
    [Fact]
    public void Of_AsciiKeysOfEveryLength_IsTheLibrarys()
    {
        var chance = new Random(1);
        for (int length = 0; length <= 600; length++)
        {
            for (int round = 0; round < 40; round++)
            {
                byte[] utf8 = new byte[length];
                for (int i = 0; i < length; i++)
                    utf8[i] = (byte)chance.Next(128);
                ulong expected = XxHash3.HashToUInt64(utf8);

                Assert.Equal(expected, KeyHash.Of(utf8));
                Assert.Equal(expected, KeyHash.Of(Encoding.ASCII.GetString(utf8)));
            }
        }
    }

    [Fact]
    public void Of_KeysWithOneCharacterBeyondAsciiAnywhere_IsOfTheirUtf8()
    {
        foreach (string foreign in new[] { "\u0080", "é", "ÿ", "Ā", "\u0880", "\u8000", "日", "🙂" })
        {
            for (int length = 0; length <= 40; length++)
            {
                for (int at = 0; at <= length; at++)
                {
                    string key = new string('k', at) + foreign + new string('k', length - at);
                    Assert.Equal(XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(key)), KeyHash.Of(key));
                }
            }
        }
    }

    [Fact]
    public void Of_PartOfAString_ReadsNothingBesideIt()
    {
        const string Text = "é0123456789abcdefgé";
        for (int start = 1; start < Text.Length - 1; start++)
        {
            for (int end = start; end < Text.Length - 1; end++)
                Assert.Equal(KeyHash.Of(Encoding.UTF8.GetBytes(Text[start..end])), KeyHash.Of(Text.AsSpan(start, end - start)));
        }
    }

    [Theory]
    [InlineData("\ud800")]
    [InlineData("\udc00")]
    [InlineData("abc\ud800def")]
    [InlineData("\udc00\ud800")]
    [InlineData("0123456789abcd\ud83d")]
    public void Of_LoneSurrogates_CountAsReplacementCharacters(string key)
    {
        string replaced = key.Replace('\ud800', '\ufffd').Replace('\udc00', '\ufffd').Replace('\ud83d', '\ufffd');

        Assert.Equal(KeyHash.Of(Encoding.UTF8.GetBytes(replaced)), KeyHash.Of(key));
    }

    [Fact]
    public void Of_KeysAroundTheStackLimitAndAMegabyte_IsOfTheirUtf8()
    {
        foreach (int length in new[] { 255, 256, 257, 1000, 1 << 20 })
        {
            foreach (char filler in "aé日")
            {
                string key = new(filler, length);
                Assert.Equal(XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(key)), KeyHash.Of(key));
            }
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("abc")]
    [InlineData("user:4711")]
    [InlineData("user:4711:of:the:north")]
    [InlineData("schlüssel")]
    public void Of_ShortKeys_AllocatesNothing(string key)
    {
        KeyHash.Of(key);
        Assert.Equal(0, Allocated.By(() =>
        {
            for (int i = 0; i < 100; i++)
                KeyHash.Of(key);
        }));
    }
}
