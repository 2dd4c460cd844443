using System;
using System.IO;
using NAudio;
using NAudio.Wave;
using NAudio.Wave.Compression;

/// <summary>Conversions with the two classes of NAudio that use the ACM. Wine's msacm32 changes its
/// list of open drivers without a lock, and NAudio 2 calls it from several threads at once, so that
/// Gate is held wherever a stream opens or closes.</summary>
static class Conversions
{
    static readonly object Gate = new();

    /// <summary>Converts all of a source to a format. NAudio never tells the driver that the source
    /// ends, so that an incomplete last block is not converted.</summary>
    public static byte[] Stream(WaveStream source, WaveFormat target)
    {
        WaveFormatConversionStream stream;

        lock (Gate)
            stream = new WaveFormatConversionStream(target, source);
        try
        {
            return Sound.ReadAll(stream);
        }
        finally
        {
            lock (Gate)
                stream.Dispose();
        }
    }

    public static bool CanEncode(WaveFormat target)
    {
        try
        {
            lock (Gate)
                new AcmStream(Formats.PcmOf(target), target).Dispose();
            return true;
        }
        catch (MmException)
        {
            return false;
        }
    }

    public static byte[] Encode(byte[] pcm, WaveFormat target) =>
        Stream(new RawSourceWaveStream(new MemoryStream(pcm), Formats.PcmOf(target)), target);

    /// <summary>Decodes a file to the format that acmFormatSuggest suggests. CreatePcmStream
    /// refuses rates below 8000 Hz, which need an explicit target.</summary>
    public static byte[] DecodeAsSuggested(string file)
    {
        using var reader = new WaveFileReader(file);

        if (reader.WaveFormat.SampleRate < 8000)
            return Stream(reader, Formats.PcmOf(reader.WaveFormat));
        using var stream = WaveFormatConversionStream.CreatePcmStream(reader);

        return Sound.ReadAll(stream);
    }

    public static byte[] DecodeTo(string file, WaveFormat target) =>
        Stream(new WaveFileReader(file), target);

    public static byte[] ToRate(byte[] pcm, WaveFormat format, WaveFormat target) =>
        Stream(new RawSourceWaveStream(new MemoryStream(pcm), format), target);

    public static byte[] Decode(string file)
    {
        var reader = new WaveFileReader(file);

        return Stream(reader, Formats.PcmOf(reader.WaveFormat));
    }

    /// <summary>Decodes a file twice with one stream, which is set back to its start in between.
    /// </summary>
    public static (byte[] First, byte[] Second) DecodeTwice(string file)
    {
        var reader = new WaveFileReader(file);
        using var stream =
            new WaveFormatConversionStream(Formats.PcmOf(reader.WaveFormat), reader);
        var first = Sound.ReadAll(stream);

        stream.Position = 0;
        return (first, Sound.ReadAll(stream));
    }

    /// <summary>Decodes with AcmStream alone, in pieces of 1, 2, 3, ... blocks.</summary>
    public static byte[] DecodeInPieces(WaveFormat source, byte[] data)
    {
        using var stream = new AcmStream(source, Formats.PcmOf(source));
        var all = new MemoryStream();
        int blocks = 1;

        for (int at = 0; at < data.Length; blocks++)
        {
            int n = Math.Min(blocks * source.BlockAlign, data.Length - at);

            n = Math.Min(n, stream.SourceBuffer.Length);
            Array.Copy(data, at, stream.SourceBuffer, 0, n);
            int made = stream.Convert(n, out int used);

            all.Write(stream.DestBuffer, 0, made);
            if (used == 0)
                break;
            at += used;
        }
        return all.ToArray();
    }
}
