using Mana.FakeStripe.Http;
using Mana.FakeStripe.Webhooks;
using Mana.FakeStripe.World;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Mana.FakeStripe;

/// <summary>
/// A Stripe of one's own, on a port of this machine: point a host's <c>Stripe:ApiBase</c> at <see cref="Url"/>, its webhooks back with
/// <see cref="Webhooks"/>, and play people and banks through <see cref="World"/>.
/// </summary>
public sealed class FakeStripeServer : IAsyncDisposable
{
    /// <summary>What a host under test is given; any key that begins so is taken.</summary>
    public const string SecretKey = "sk_test_fake";

    public const string WebhookSecret = "whsec_fake_stripe_for_tests";

    readonly WebApplication _app;

    FakeStripeServer(WebApplication app, StripeWorld world, Deliveries webhooks, Faults faults) => (_app, World, Webhooks, Faults) = (app, world, webhooks, faults);

    public string Url => World.BaseUrl;

    /// <summary>Somebody pressed Ctrl+C, or ended the process.</summary>
    public CancellationToken Stopping => _app.Lifetime.ApplicationStopping;

    public StripeWorld World { get; }

    public Deliveries Webhooks { get; }

    public Faults Faults { get; }

    public static async Task<FakeStripeServer> StartAsync(FakeStripeOptions? options = null)
    {
        options ??= new FakeStripeOptions();
        var deliveries = new Deliveries(options.Clock);
        var world = new StripeWorld(options, deliveries);
        var faults = new Faults();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{options.Port}");
        var app = builder.Build();
        var api = new Api(world, faults);
        app.Map("/v1/{**path}", api.HandleAsync);
        new Pages(world).Map(app);
        new Control(world, faults, deliveries).Map(app);
        await app.StartAsync();
        world.BaseUrl = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return new FakeStripeServer(app, world, deliveries, faults);
    }

    public async ValueTask DisposeAsync()
    {
        await Webhooks.DisposeAsync();
        await _app.StopAsync(new CancellationToken(true));
        await _app.DisposeAsync();
    }
}
