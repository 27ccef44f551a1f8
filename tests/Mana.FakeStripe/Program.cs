using Mana.FakeStripe;

// fake-stripe [port] [webhook address] [webhook secret]
var port = args.Length > 0 ? int.Parse(args[0], System.Globalization.CultureInfo.InvariantCulture) : 12111;
await using var fake = await FakeStripeServer.StartAsync(new FakeStripeOptions { Port = port, AdoptUnknown = true });
fake.World.Seed();
using var client = new HttpClient();
if (args.Length > 1)
    fake.Webhooks.To(client, args[1], automatic: true, args.Length > 2 ? args[2] : FakeStripeServer.WebhookSecret);
Console.WriteLine($"Fake Stripe at {fake.Url}");
while (!fake.Stopping.IsCancellationRequested)
{
    await Task.Delay(TimeSpan.FromSeconds(1), fake.Stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    fake.World.Tick();
}
