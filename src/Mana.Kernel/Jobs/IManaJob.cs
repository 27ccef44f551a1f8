namespace Mana.Kernel.Jobs;

/// <summary>
/// A unit of scheduled work. Register it with <c>services.AddManaJob&lt;TJob&gt;(name, schedule)</c>.
/// <para>
/// Each run gets its own DI scope. A job never runs beside itself, on no host of the cluster. It is run <em>at least</em> once per fire time:
/// when the host dies in the middle, another host starts it again, so a job must be idempotent. An exception is logged and counted;
/// the job is tried again at its next fire time.
/// </para>
/// </summary>
public interface IManaJob
{
    /// <summary>Does the work. The token is cancelled when the host's shutdown time-out ends while the job still runs.</summary>
    Task RunAsync(CancellationToken cancellationToken);
}
