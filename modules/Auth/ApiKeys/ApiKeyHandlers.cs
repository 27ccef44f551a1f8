using System.Text.Json;
using System.Text.Json.Serialization;
using Mana.Auth.Contracts;
using Mana.Auth.Data;
using Mana.Auth.SecurityEvents;
using Mana.Kernel.Errors;
using Mana.Kernel.Identity;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.ApiKeys;

internal sealed record ApiKeyRequest(string? Name, IReadOnlyList<string?>? Scopes, DateTimeOffset? ExpiresAt);

internal sealed record ApiKeyView(
    string Id, string Name, string KeyPrefix, IReadOnlyList<string> Scopes,
    [property: JsonConverter(typeof(InstantConverter))] DateTimeOffset CreatedAt,
    [property: JsonConverter(typeof(InstantConverter))] DateTimeOffset? LastUsedAt,
    [property: JsonConverter(typeof(InstantConverter))] DateTimeOffset? ExpiresAt,
    [property: JsonConverter(typeof(InstantConverter))] DateTimeOffset? RevokedAt);

/// <summary>The only answer that holds a key.</summary>
internal sealed record ApiKeyCreated(
    string Id, string UserId, string Name, string KeyPrefix, IReadOnlyList<string> Scopes, int RateLimitRequests, int RateLimitWindow,
    [property: JsonConverter(typeof(InstantConverter))] DateTimeOffset CreatedAt,
    [property: JsonConverter(typeof(InstantConverter))] DateTimeOffset? LastUsedAt,
    [property: JsonConverter(typeof(InstantConverter))] DateTimeOffset? ExpiresAt,
    [property: JsonConverter(typeof(InstantConverter))] DateTimeOffset? RevokedAt,
    string Key);

internal sealed record ApiKeyValidation(string? ApiKey, string? Scope);

internal sealed record ApiKeyRate(int Requests, int Window);

/// <summary><c>error</c> says the same as <c>reason</c>, in the words that the Python clients show.</summary>
internal sealed record ApiKeyValidity(
    bool Valid,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? UserId = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? Scopes = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ApiKeyRate? RateLimit = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Reason = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Error = null);

internal static class ApiKeyHandlers
{
    static readonly ApiError NotFound = new(404, "not_found", "API key not found");
    static readonly ApiError TooMany = new(409, "api_key_limit_reached", $"There are {ApiKeyManagement.MostActive} active keys; revoke one first.");
    static readonly ApiError NoKey = new(400, "invalid_request", "apiKey is required");

    public static async Task<IResult> ListAsync(CurrentUser caller, ApiKeyManagement keys, CancellationToken cancellationToken) =>
        Results.Ok((await keys.ListAsync(caller.UserId, cancellationToken)).Select(key => new ApiKeyView(
            key.Id, key.Name, key.KeyPrefix, ScopesOf(key), key.CreatedAt, key.LastUsedAt, key.ExpiresAt, key.RevokedAt)));

    public static async Task<IResult> CreateAsync(
        ApiKeyRequest request, CurrentUser caller, ClientInfo client, ApiKeyManagement keys, CancellationToken cancellationToken) =>
        await keys.CreateAsync(caller.UserId, request.Name, request.Scopes, request.ExpiresAt, client, cancellationToken) switch
        {
            ApiKeyCreation.Created { Key: var key, Text: var text } => Results.Json(new ApiKeyCreated(
                key.Id, key.UserId, key.Name, key.KeyPrefix, ScopesOf(key), key.RateLimitRequests, key.RateLimitWindow,
                key.CreatedAt, key.LastUsedAt, key.ExpiresAt, key.RevokedAt, text), statusCode: StatusCodes.Status201Created),
            ApiKeyCreation.Invalid invalid => new ApiError(400, "invalid_request", invalid.Problem),
            ApiKeyCreation.TooMany => TooMany,
            _ => new ApiError(404, "not_found", "User not found"),
        };

    public static async Task<IResult> RevokeAsync(string id, CurrentUser caller, ClientInfo client, ApiKeyManagement keys, CancellationToken cancellationToken) =>
        await keys.RevokeAsync(caller.UserId, id, client, cancellationToken) ? Results.Ok(new { success = true }) : NotFound;

    /// <summary>With a service key, or anonymously within narrow limits; never with a person's token.</summary>
    public static async Task<IResult> ValidateAsync(
        ApiKeyValidation? request, HttpContext context, IApiKeyValidator keys, GuessingLimit guesses, ServiceCaller services, CancellationToken cancellationToken)
    {
        var isService = await services.IsServiceAsync(context);
        if (isService is null)
            return Results.Challenge(authenticationSchemes: [.. await services.SchemesAsync()]);
        if (isService == false && guesses.Wait(context) is { } wait)
            return Refusals.RateLimited(wait, wrapper: true);
        if (request?.ApiKey is not { Length: > 0 } key)
            return NoKey;
        var verdict = await keys.ValidateAsync(key, request.Scope, cancellationToken);
        if (isService == false && verdict is not ApiKeyVerdict.Valid)
            guesses.CountWrong(context);
        return Results.Ok(verdict switch
        {
            ApiKeyVerdict.Valid valid => new ApiKeyValidity(true, valid.UserId, valid.Scopes, new ApiKeyRate(valid.Requests, valid.WindowSeconds)),
            ApiKeyVerdict.ScopeDenied => new ApiKeyValidity(false, Reason: "scope_denied", Error: $"This key does not include the scope '{request.Scope}'"),
            _ => new ApiKeyValidity(false, Error: "Invalid API key"),
        });
    }

    static string[] ScopesOf(ApiKey key) => JsonSerializer.Deserialize<string[]>(key.Scopes) ?? [];
}
