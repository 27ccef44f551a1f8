using System.Globalization;
using Mana.Payments.Contracts;

namespace Mana.Testing.Stripe;

/// <summary>
/// Stripe's side of the contract in this process, for tests that must play one story in thousands of orders: objects that a test changes, and the calls that read
/// them. It tells nobody anything; what arrives when is the test's affair. The fake with HTTP, webhooks and a clock is <c>Mana.FakeStripe</c>.
/// </summary>
public sealed partial class ScriptedStripe : IStripeApi
{
    readonly Lock _lock = new();
    readonly Dictionary<string, StripeObject> _objects = new(StringComparer.Ordinal);
    readonly Dictionary<string, string> _keys = new(StringComparer.Ordinal);
    readonly Dictionary<string, (string? Success, string? Cancel)> _pages = new(StringComparer.Ordinal);
    readonly Dictionary<string, string> _invoiceOfPayment = new(StringComparer.Ordinal);
    readonly List<string> _calls = [];
    int _ids;

    /// <summary>Every call that changes something answers so, while set.</summary>
    public bool IsDown { get; set; }

    public DateTimeOffset Now { get; set; } = new(2026, 1, 15, 10, 0, 0, TimeSpan.Zero);

    /// <summary>Idempotency keys of the calls that made or changed something.</summary>
    public IReadOnlyList<string> Calls
    {
        get
        {
            lock (_lock)
                return [.. _calls];
        }
    }

    /// <summary>A day goes by: Stripe does not remember idempotency keys for longer.</summary>
    public void ForgetKeys()
    {
        lock (_lock)
            _keys.Clear();
    }

    public NewPaymentIntent? LastIntent { get; private set; }

    public NewCheckoutSession? LastSession { get; private set; }

    public string NewId(string kind) => string.Create(CultureInfo.InvariantCulture, $"{kind}_{Interlocked.Increment(ref _ids):D6}");

    public T Get<T>(string id)
        where T : StripeObject
    {
        lock (_lock)
            return (T)_objects[id];
    }

    public T Put<T>(T made)
        where T : StripeObject
    {
        lock (_lock)
            _objects[made.Id] = made;
        return made;
    }

    public T Change<T>(string id, Func<T, T> change)
        where T : StripeObject
    {
        lock (_lock)
        {
            var changed = change((T)_objects[id]);
            _objects[id] = changed;
            return changed;
        }
    }

    /// <summary>Links an invoice with the payment that paid it.</summary>
    public void PaidBy(string invoiceId, string intentId)
    {
        lock (_lock)
            _invoiceOfPayment[intentId] = invoiceId;
    }

    Task<StripeResult<T>> Once<T>(string key, Func<T> make)
        where T : StripeObject
    {
        lock (_lock)
        {
            _calls.Add(key);
            if (IsDown)
                return Task.FromResult<StripeResult<T>>(new StripeResult<T>.Unavailable("down"));
            if (_keys.TryGetValue(key, out var id))
                return Task.FromResult<StripeResult<T>>(new StripeResult<T>.Ok((T)_objects[id]));
            var made = make();
            (_objects[made.Id], _keys[key]) = (made, made.Id);
            return Task.FromResult<StripeResult<T>>(new StripeResult<T>.Ok(made));
        }
    }

    Task<StripeResult<T>> One<T>(string id)
        where T : StripeObject
    {
        lock (_lock)
            return Task.FromResult<StripeResult<T>>(_objects.GetValueOrDefault(id) is T found ? new StripeResult<T>.Ok(found) : new StripeResult<T>.NotFound());
    }

    Task<StripeResult<StripePage<T>>> Some<T>(Func<T, bool> which)
        where T : StripeObject
    {
        lock (_lock)
            return Task.FromResult<StripeResult<StripePage<T>>>(new StripeResult<StripePage<T>>.Ok(
                new([.. _objects.Values.OfType<T>().Where(which).OrderByDescending(found => found.CreatedAt).ThenByDescending(found => found.Id, StringComparer.Ordinal)], false)));
    }
}
