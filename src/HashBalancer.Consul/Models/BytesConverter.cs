using System.Text.Json;
using System.Text.Json.Serialization;

namespace HashBalancer.Consul.Models;

/// <summary>Bytes as base64, none as null: the generated code would write null bytes as an empty string.</summary>
internal sealed class BytesConverter : JsonConverter<byte[]?>
{
    public override bool HandleNull => true;

    public override byte[]? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Null ? null : reader.GetBytesFromBase64();

    public override void Write(Utf8JsonWriter writer, byte[]? value, JsonSerializerOptions options)
    {
        if (value is null)
            writer.WriteNullValue();
        else
            writer.WriteBase64StringValue(value);
    }
}
