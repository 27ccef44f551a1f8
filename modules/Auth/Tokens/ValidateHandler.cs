using System.Text.Json;
using System.Text.Json.Serialization;
using Mana.Auth.Contracts;
using Mana.Kernel.Errors;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.Tokens;

/// <summary>For services that do not verify tokens themselves.</summary>
internal sealed record ValidateResponse(bool Valid, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] JsonElement? Payload);

internal static class ValidateHandler
{
    /// <summary>Whatever is wrong with the token is <c>{"valid":false}</c> (auth.md 7.2); only a body that is no JSON is a 400.</summary>
    public static async Task<IResult> ValidateAsync(JsonElement? body, IAccessTokenVerifier verifier, CancellationToken cancellationToken)
    {
        if (body is not { ValueKind: JsonValueKind.Object } members || Text(members, "token") is not { } token)
            return Results.Ok(new ValidateResponse(false, null));
        return await verifier.VerifyAsync(token, cancellationToken) switch
        {
            TokenVerdict.Valid => Results.Ok(new ValidateResponse(true, JsonElement.Parse(CompactJws.Parse(token)!.Payload))),
            TokenVerdict.KeysUnavailable => Refusals.Unavailable,
            _ => Results.Ok(new ValidateResponse(false, null)),
        };
    }

    static string? Text(JsonElement members, string name)
    {
        try
        {
            return members.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.String ? member.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            // An escaped half of a surrogate pair: valid JSON, but no text.
            return null;
        }
    }
}
