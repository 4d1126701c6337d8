using System.Text.Json;
using System.Text.Json.Serialization;

namespace HashBalancer.Consul.Models;

/// <summary>Reads a duration from Go's form or from a number of nanoseconds; writes Go's form.</summary>
public class GoDurationConverter : JsonConverter<GoDuration>
{
    /// <inheritdoc/>
    /// <exception cref="JsonException">The value is no duration; the message is Go's own.</exception>
    public override GoDuration Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                return GoDuration.TryParse(reader.GetString(), out GoDuration value, out string? error) ? value : throw new JsonException(error);
            case JsonTokenType.Number when reader.TryGetInt64(out long nanoseconds):
                return new GoDuration(nanoseconds);
            case JsonTokenType.Number when reader.TryGetDouble(out double fractional) && Math.Abs(fractional) < long.MaxValue:
                return new GoDuration((long)fractional);
            default:
                throw new JsonException($"A duration is a string such as \"10s\" or a number of nanoseconds, not {reader.TokenType}.");
        }
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, GoDuration value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStringValue(value.ToString());
    }
}

/// <summary>As <see cref="GoDurationConverter"/>, but writes the number of nanoseconds, as Consul does for a session's LockDelay.</summary>
public sealed class GoDurationNanosecondsConverter : GoDurationConverter
{
    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, GoDuration value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteNumberValue(value.Nanoseconds);
    }
}
