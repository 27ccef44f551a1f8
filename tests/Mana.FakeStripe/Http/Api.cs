using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Mana.FakeStripe.Shapes;
using Mana.FakeStripe.World;

namespace Mana.FakeStripe.Http;

/// <summary>What stands around every call: the key, faults, and idempotency keys as Stripe keeps them (commerce.md 8, 11).</summary>
internal sealed class Api(StripeWorld world, Faults faults)
{
    readonly ApiRoutes _routes = new(world);
    readonly Lock _single = new();
    readonly Dictionary<string, (string Request, int Status, string Body)> _answers = new(StringComparer.Ordinal);

    public async Task HandleAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!.Split('/', StringSplitOptions.RemoveEmptyEntries)[1..];
        var form = await FormAsync(context.Request);
        var fault = faults.Meet($"{context.Request.Method} {context.Request.Path}");
        faults.Count(context.Request.Method, path);
        context.Response.Headers["Request-Id"] = "req_" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(5));
        switch (fault)
        {
            case FaultKind.TooMany:
                context.Response.Headers.RetryAfter = "0";
                await WriteAsync(context, 429, new StripeRefusalException(429, "invalid_request_error", "rate_limit", "Too many requests").Body.ToJsonString());
                return;
            case FaultKind.Broken:
                await WriteAsync(context, 500, new StripeRefusalException(500, "api_error", null, "An unknown error occurred").Body.ToJsonString());
                return;
            case FaultKind.DroppedBefore:
                context.Abort();
                return;
        }

        var (status, body, replayed) = Once(context, path, form);
        if (fault == FaultKind.DroppedAfter)
        {
            context.Abort();
            return;
        }

        if (fault == FaultKind.Silent)
        {
            await Task.Delay(TimeSpan.FromMinutes(2), context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return;
        }

        if (replayed)
            context.Response.Headers["Idempotent-Replayed"] = "true";
        await WriteAsync(context, status, body);
    }

    (int Status, string Body, bool Replayed) Once(HttpContext context, string[] path, JsonObject form)
    {
        var key = HttpMethods.IsPost(context.Request.Method) ? context.Request.Headers["Idempotency-Key"].ToString() : "";
        var request = $"{context.Request.Method} {context.Request.Path} {form.ToJsonString()}";
        lock (_single)
        {
            if (key.Length > 0 && _answers.TryGetValue(key, out var known))
                return known.Request == request ? (known.Status, known.Body, true)
                    : (400, new StripeRefusalException(400, "idempotency_error", null, "Keys for idempotent requests can only be used with the same parameters they were first used with.").Body.ToJsonString(), false);
            var (status, body) = Answer(context.Request, path, form);
            // What was refused before anything began can be asked again with the same key.
            if (key.Length > 0 && status != 401)
                _answers[key] = (request, status, body);
            return (status, body, false);
        }
    }

    (int Status, string Body) Answer(HttpRequest request, string[] path, JsonObject form)
    {
        try
        {
            var key = request.Headers.Authorization.ToString().Replace("Bearer ", "", StringComparison.Ordinal);
            if (!key.StartsWith("sk_", StringComparison.Ordinal) && !key.StartsWith("rk_", StringComparison.Ordinal))
                throw new StripeRefusalException(401, "invalid_request_error", null, "Invalid API Key provided");
            var answer = _routes.Answer(request.Method, path, form);
            // What the world hands out may be its own; what goes out is a copy in the shape of the moment.
            return (200, (answer.ContainsKey("id") ? world.Find(answer.Text("id")) is { } whole && !HttpMethods.IsGet(request.Method) ? whole : answer : answer).ToJsonString());
        }
        catch (StripeRefusalException refusal)
        {
            return (refusal.Status, refusal.Body.ToJsonString());
        }
    }

    static async Task<JsonObject> FormAsync(HttpRequest request)
    {
        var fields = request.Query.Select(one => new KeyValuePair<string, string>(one.Key, one.Value.ToString())).ToList();
        if (request.HasFormContentType)
            fields.AddRange((await request.ReadFormAsync()).Select(one => new KeyValuePair<string, string>(one.Key, one.Value.ToString())));
        return FormTree.Parse(fields);
    }

    static Task WriteAsync(HttpContext context, int status, string body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        return context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(body)).AsTask();
    }
}
