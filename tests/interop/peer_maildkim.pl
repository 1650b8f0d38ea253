#!/usr/bin/perl
# Mail::DKIM as a peer: questions as lines of JSON on standard input, answers on standard output.
use strict;
use warnings;
use JSON::PP;

BEGIN { eval { require Mail::DKIM::Verifier; require Mail::DKIM::Signer; require Net::DNS; 1 } or exit 77 }
use Mail::DKIM::DNS;

$| = 1;
open my $zone_file, '<', $ARGV[0] or die;
my $zone = decode_json(do { local $/; <$zone_file> });
{
	no warnings 'redefine';
	*Mail::DKIM::DNS::query = sub {
		my ($name) = @_;
		my $record = $zone->{lc $name};
		$@ = defined $record ? 'NOERROR' : 'NXDOMAIN';
		return unless defined $record;
		return Net::DNS::RR->new(name => $name, type => 'TXT', txtdata => [$record =~ /(.{1,250})/g]);
	};
}

sub sign {
	my ($ask, $mail) = @_;
	my $signer = Mail::DKIM::Signer->new(Algorithm => 'rsa-sha256', Method => "$ask->{header}/$ask->{body}",
		Domain => 'e.test', Selector => $ask->{selector}, KeyFile => $ask->{key});
	$signer->PRINT($mail);
	$signer->CLOSE;
	return $signer->signature->as_string . "\r\n";
}

sub verify {
	my ($mail) = @_;
	my $verifier = Mail::DKIM::Verifier->new;
	$verifier->PRINT($mail);
	$verifier->CLOSE;
	return [map { $_->result } $verifier->signatures];
}

while (my $line = <STDIN>) {
	my $ask = decode_json($line);
	open my $file, '<:raw', $ask->{file} or die;
	my $mail = do { local $/; <$file> };
	my $answer = eval { $ask->{op} eq 'sign' ? { field => sign($ask, $mail) } : { results => verify($mail) } };
	print encode_json($answer // { error => "$@" }), "\n";
}
