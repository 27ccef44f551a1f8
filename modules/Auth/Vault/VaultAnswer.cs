using System.Buffers;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.Vault;

/// <summary>
/// A reply on the wire (auth.md 20.4). In zero-knowledge mode there is no member <c>masterKey</c>: tool runners tell the modes apart by it.
/// </summary>
internal sealed class VaultAnswer(VaultReply reply) : IResult
{
    /// <summary>Of the replies and of the fields that the key encrypts; how we wrap the key is our business.</summary>
    const int FormatVersion = 1;

    static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        if (reply is VaultReply.Refused refused)
        {
            await refused.Error.ExecuteAsync(httpContext);
            return;
        }

        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, Plain))
            Write(json);
        httpContext.Response.ContentType = "application/json; charset=utf-8";
        await httpContext.Response.BodyWriter.WriteAsync(buffer.WrittenMemory, httpContext.RequestAborted);
        buffer.Clear();
    }

    void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        switch (reply)
        {
            case VaultReply.Key key:
                using (key.MasterKey)
                    json.WriteBase64String("masterKey", key.MasterKey.Bytes);
                json.WriteNumber("formatVersion", FormatVersion);
                json.WriteString("kekId", key.KekId);
                break;
            case VaultReply.RecoveryBlob blob:
                json.WriteBoolean("requiresRecoveryCode", true);
                json.WriteString("recoveryWrappedMk", blob.Wrapped);
                json.WriteString("recoveryIv", blob.Iv);
                json.WriteNumber("formatVersion", blob.FormatVersion);
                break;
            case VaultReply.Done done:
                json.WriteBoolean("ok", true);
                if (done.ZeroKnowledge is { } zeroKnowledge)
                    json.WriteBoolean("zeroKnowledge", zeroKnowledge);
                break;
            default:
                throw new CryptographicException($"A reply of type {reply.GetType().Name} must not reach a client.");
        }

        json.WriteEndObject();
    }
}
