using System.Reflection;
using Mana.Credits.Contracts;

namespace Mana.Analytics.Tests.Rewards;

/// <summary>A ledger whose accounts are all held by somebody else, until it is told otherwise; everything but grants goes through.</summary>
public sealed class BusyLedger
{
    volatile bool _isBusy = true;

    public bool IsBusy
    {
        get => _isBusy;
        set => _isBusy = value;
    }

    public TaskCompletionSource Asked { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ICreditsLedger Before(ICreditsLedger ledger)
    {
        var proxy = DispatchProxy.Create<ICreditsLedger, BusyLedgerProxy>();
        ((BusyLedgerProxy)proxy).Set(this, ledger);
        return proxy;
    }
}

public class BusyLedgerProxy : DispatchProxy
{
    BusyLedger? _busy;
    ICreditsLedger? _ledger;

    public void Set(BusyLedger busy, ICreditsLedger ledger) => (_busy, _ledger) = (busy, ledger);

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        if (targetMethod!.Name != nameof(ICreditsLedger.GrantAsync) || !_busy!.IsBusy)
            return targetMethod.Invoke(_ledger, args);
        _busy.Asked.TrySetResult();
        return Task.FromResult<PostingResult>(new PostingResult.Contention());
    }
}
