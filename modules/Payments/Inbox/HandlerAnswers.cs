using Mana.Payments.Contracts;

namespace Mana.Payments.Inbox;

/// <summary>
/// What the handlers said of an event over all attempts; who has answered is not asked again. Stored in <c>payments.events.handled</c>, one entry each:
/// the handler's name and its answer in a word, for <c>parked</c> with the reason. An older entry is the name alone.
/// </summary>
internal sealed class HandlerAnswers
{
    readonly Dictionary<string, StripeOutcome> _answers = new(StringComparer.Ordinal);

    public static HandlerAnswers Parse(IEnumerable<string> stored)
    {
        var answers = new HandlerAnswers();
        foreach (var parts in stored.Select(entry => entry.Split(' ', 3)))
            answers._answers[parts[0]] = parts.ElementAtOrDefault(1) switch
            {
                "applied" => StripeOutcome.Done,
                "foreign" => StripeOutcome.NotOurs,
                "parked" => new StripeOutcome.Parked(parts.ElementAtOrDefault(2) ?? ""),
                _ => StripeOutcome.Nothing,
            };
        return answers;
    }

    public string[] Stored => [.. _answers.Select(answer => answer.Value switch
    {
        StripeOutcome.Applied => answer.Key + " applied",
        StripeOutcome.Foreign => answer.Key + " foreign",
        StripeOutcome.Parked parked => $"{answer.Key} parked {parked.Reason}",
        _ => answer.Key + " unchanged",
    })];

    public bool Has(string handler) => _answers.ContainsKey(handler);

    public void Add(string handler, StripeOutcome answer) => _answers[handler] = answer;

    /// <summary>All of them together: what must be looked at comes first, then whether it was ours at all.</summary>
    public StripeOutcome Sum => _answers.Values.OfType<StripeOutcome.Parked>().FirstOrDefault() is { } parked ? parked
        : _answers.ContainsValue(StripeOutcome.Done) ? StripeOutcome.Done
        : _answers.ContainsValue(StripeOutcome.Nothing) ? StripeOutcome.Nothing
        : StripeOutcome.NotOurs;
}
