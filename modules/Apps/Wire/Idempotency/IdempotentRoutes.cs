using System.Security.Cryptography;
using System.Text;
using Mana.Auth.Contracts;
using Mana.Kernel.Errors;
using Mana.Kernel.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Apps.Wire.Idempotency;

/// <summary>
/// Routes that take an <c>Idempotency-Key</c> (compute.md 3.6): the same request is answered once, and told the same again for a day. An answer that says that we
/// failed, or that there is too much to do, is not kept.
/// </summary>
internal static class IdempotentRoutes
{
    const string Header = "Idempotency-Key";
    const string Replayed = "Idempotency-Replayed";
    const int LongestKey = 128;

    /// <summary>Such a route.</summary>
    /// <param name="secret">The answer tells a secret, which is sealed before it is kept.</param>
    public static RouteHandlerBuilder TakesIdempotencyKey(this RouteHandlerBuilder route, bool secret = false) => route.AddEndpointFilterFactory((factory, next) =>
    {
        var answers = new KeptAnswers(factory.ApplicationServices.GetRequiredService<IdempotencyStore>(), secret ? factory.ApplicationServices.GetRequiredService<ISealedSecrets>() : null);
        return context => context.HttpContext.Request.Headers.ContainsKey(Header) ? AnswerAsync(context, next, answers) : next(context);
    });

    static async ValueTask<object?> AnswerAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next, KeptAnswers answers)
    {
        var http = context.HttpContext;
        var key = http.Request.Headers[Header].ToString();
        if (key.Length is 0 or > LongestKey || key.AsSpan().IndexOfAnyExceptInRange('!', '~') >= 0)
            return AppsRefusals.Invalid(Header, $"must be 1 to {LongestKey} visible ASCII characters");
        if (http.Features.Get<CurrentUser>() is not { } user)
            return await next(context);
        var route = $"{http.Request.Method} {(http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText}";
        switch (await answers.Store.TakeAsync(user.UserId, route, key, await RequestAsync(http), http.RequestAborted))
        {
            case KeyState.Mine mine:
                return await AnswerAsync(context, next, answers, new Claim(user.UserId, route, key, mine));
            case KeyState.Answered answered:
                http.Response.Headers[Replayed] = "true";
                http.Response.StatusCode = answered.Status;
                http.Response.ContentType = answered.ContentType;
                if (answers.AreSecret)
                    http.Response.Headers.CacheControl = "no-store";
                await http.Response.Body.WriteAsync(answers.Open(user.UserId, route, key, answered.Answer), http.RequestAborted);
                return Results.Empty;
            case KeyState.Conflict:
                return new ApiError(409, "IDEMPOTENCY_CONFLICT", "This Idempotency-Key was used for another request");
            default:
                return new ApiError(409, "IDEMPOTENCY_IN_PROGRESS", "This request is being answered");
        }
    }

    /// <summary>The answer goes into the table before it goes to the client: one that is lost on the way can be had again.</summary>
    static async ValueTask<object?> AnswerAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next, KeptAnswers answers, Claim claim)
    {
        var http = context.HttpContext;
        var (client, answer) = (http.Response.Body, new MemoryStream());
        var kept = false;
        try
        {
            http.Response.Body = answer;
            if (await next(context) is IResult result)
                await result.ExecuteAsync(http);
            if (http.Response.StatusCode is < 500 and not 429)
            {
                var box = answers.Seal(claim.UserId, claim.Route, claim.Key, answer.ToArray());
                await answers.Store.KeepAsync(claim.UserId, claim.Route, claim.Key, claim.Mine, http.Response.StatusCode, http.Response.ContentType, box);
                kept = true;
            }
        }
        finally
        {
            http.Response.Body = client;
            if (!kept)
                await answers.Store.FreeAsync(claim.UserId, claim.Route, claim.Key, claim.Mine);
        }

        await client.WriteAsync(answer.GetBuffer().AsMemory(0, (int)answer.Length), http.RequestAborted);
        return Results.Empty;
    }

    static async Task<byte[]> RequestAsync(HttpContext http)
    {
        await BodyFields.ArriveAsync(http);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{http.Request.Path}{http.Request.QueryString}\n"));
        var read = await http.Request.BodyReader.ReadAsync(http.RequestAborted);
        foreach (var part in read.Buffer)
            hash.AppendData(part.Span);
        http.Request.BodyReader.AdvanceTo(read.Buffer.Start, read.Buffer.Start);
        return hash.GetHashAndReset();
    }

    /// <summary>Where answers are kept, and how: as they are, or sealed for their key.</summary>
    sealed record KeptAnswers(IdempotencyStore Store, ISealedSecrets? Secrets)
    {
        const string Purpose = "apps idempotent answer";

        public bool AreSecret => Secrets is not null;

        public byte[] Seal(string userId, string route, string key, byte[] answer) => Secrets?.Seal(Purpose, $"{userId}|{route}|{key}", answer) ?? answer;

        public byte[] Open(string userId, string route, string key, byte[] kept) => Secrets?.Open(Purpose, $"{userId}|{route}|{key}", kept) ?? kept;
    }

    sealed record Claim(string UserId, string Route, string Key, KeyState.Mine Mine);
}
